"""Instructions of the processor that numba does not offer: prefetching, denormal numbers.

They make the compiled loop faster. As Python, see :mod:`lsm._jit`, they do nothing.
"""

import platform

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .._jit import AS_PYTHON

__all__ = ["flush_denormals", "prefetch", "restore_denormals"]

BYTE, INT32 = ir.IntType(8), ir.IntType(32)
FLUSH = 0x8040  # bits of the x86 control register: flush results to zero, take inputs as zero
IS_X86 = platform.machine() in ("x86_64", "AMD64")


def instruction(function):
    """Make an intrinsic of numba of a function, and nothing where the loop runs as Python."""
    return (lambda *arguments: None) if AS_PYTHON else intrinsic(function)


@instruction
def prefetch(context, array, index):
    """Fetch an element of an array into the cache, without waiting for it."""

    def emit(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        address = builder.bitcast(builder.gep(data, [arguments[1]]), BYTE.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [BYTE.as_pointer(), INT32, INT32, INT32])
        function = builder.module.declare_intrinsic("llvm.prefetch", [BYTE.as_pointer()], kind)
        builder.call(function, [address, INT32(0), INT32(3), INT32(1)])
        return context.get_dummy_value()

    return types.void(array, index), emit


def _control(builder, name, place):
    address = builder.bitcast(place, BYTE.as_pointer())
    kind = ir.FunctionType(ir.VoidType(), [BYTE.as_pointer()])
    builder.call(builder.module.declare_intrinsic(f"llvm.x86.sse.{name}", [], kind), [address])


@instruction
def flush_denormals(context):
    """Let this thread treat denormal numbers as zero; return the setting before.

    Currents that decay in a long silence become denormal, and arithmetic on denormal numbers is
    many times slower. On processors other than x86 this does nothing.
    """

    def emit(context, builder, signature, arguments):
        before = builder.alloca(INT32)
        builder.store(INT32(0), before)
        if IS_X86:
            _control(builder, "stmxcsr", before)
            after = builder.alloca(INT32)
            builder.store(builder.or_(builder.load(before), INT32(FLUSH)), after)
            _control(builder, "ldmxcsr", after)
        return builder.load(before)

    return types.int32(), emit


@instruction
def restore_denormals(context, setting):
    """Restore the setting that `flush_denormals` returned."""

    def emit(context, builder, signature, arguments):
        if IS_X86:
            place = builder.alloca(INT32)
            builder.store(arguments[0], place)
            _control(builder, "ldmxcsr", place)
        return context.get_dummy_value()

    return types.void(types.int32), emit
