"""
Readout
=======

A *readout* is the part that is trained: it maps states to classes or numbers. It is usually
linear, and may be any classifier or regressor of scikit-learn.

=========================================  =======================================================
readout                                    for
=========================================  =======================================================
`WindowedRidgeClassifier`                  classes of samples, the default of `LSMClassifier`
`RidgeClassifierCV`, `LogisticRegression`  classes, with weights or probabilities
`KernelRidgeClassifier`                    classes that no plane separates
`HoldOutRidge`, `ResidualRidge`            a number at every row
`RLS`                                      learning online, and feedback
=========================================  =======================================================
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.model_selection import train_test_split

from lsm import Liquid, LSMClassifier
from lsm.datasets import make_spike_templates
from lsm.plot import ConfusionDisplay
from lsm.readout import KernelRidgeClassifier

# %%
# **One liquid, several readouts.** The task is to name two of the four templates of which a
# sample is made.
task = make_spike_templates(200, n_channels=4, random_state=0)
y = 2 * task.target[:, 2] + task.target[:, 3]
X_train, X_test, y_train, y_test = train_test_split(task.data, y, random_state=0)
for readout in (
    RidgeClassifierCV(np.logspace(-3, 3, 7)),
    LogisticRegression(max_iter=1000),
    LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    KernelRidgeClassifier(),
):
    model = LSMClassifier(Liquid(200, random_state=0), readout).fit(X_train, y_train)
    print(f"{type(readout).__name__:28} {model.score(X_test, y_test):.2f}")

# %%
# The confusion matrix of the last one. A row is a true class, a column a predicted one.
_, ax = plt.subplots(figsize=(4, 4), layout="constrained")
ConfusionDisplay.from_estimator(model, X_test, y_test, ax=ax)
plt.show()

# %%
# **What it learnt.** `model.readout_` is the fitted readout; `coef_` of a linear one has a
# weight for each neuron and snapshot. `readout__` reaches its parameters in a search.
# :doc:`Samples, targets and streams </input>` shows targets at every row, weights of samples,
# and learning online.
