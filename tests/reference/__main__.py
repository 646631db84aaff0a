"""Every model against other simulators: `python -m tests.reference [neurons] [synapses] ...`."""

import sys

from . import neurons, plasticity, synapses, wirings

# What the deviations of a module are.
DEVIATION = {
    neurons: "of a spike time in ms",
    synapses: "of a potential, relative to its range",
    plasticity: "of a weight's change, relative to it",
    wirings: "relative to what it is compared with",
}


def main(names):
    """Print a table of each module that is named, or of all."""
    for module, deviation in DEVIATION.items():
        name = module.__name__.split(".")[-1]
        if names and name not in names:
            continue
        print(f"| {name} | oracle | largest deviation {deviation} |\n|---|---|---|")
        for model, oracle, found in module.compare():
            text = "not installed" if found is None else f"{found:.2g}"
            print(f"| {model} | {oracle} | {text} |", flush=True)
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
