"""Instructions of the processor that numba does not offer.

They make the compiled loop faster. As Python, see :mod:`lsm._jit`, they do no more than they must.
"""

import platform
import time
from functools import partial
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .._jit import AS_PYTHON

__all__ = [
    "acquire",
    "arguments_are_apart",
    "count_ones",
    "flush_denormals",
    "give_way",
    "in_python",
    "nonzero_bytes",
    "pause",
    "prefer_wide_vectors",
    "prefetch",
    "release",
    "restore_denormals",
    "trailing_zeros",
]

BYTE, INT32 = ir.IntType(8), ir.IntType(32)
FLUSH = 0x8040  # bits of the x86 control register: flush results to zero, take inputs as zero
IS_X86 = platform.machine() in ("x86_64", "AMD64")


in_python: dict[str, Any] = {}  # what they do where the loop runs as Python, by their names


def instruction(function, as_python=lambda *arguments: None):
    """Make an intrinsic of numba of a function, or `as_python` where the loop runs as Python."""
    in_python[function.__name__] = as_python
    return as_python if AS_PYTHON else intrinsic(function)


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


@instruction
def prefer_wide_vectors(context):
    """Let the function that calls this use vectors of 512 bits where the processor has them.

    LLVM prefers 256 bits on most of these processors. A function is vectorised before it is
    compiled into its caller, so that each function with a loop has to ask.
    """

    def emit(context, builder, signature, arguments):
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), emit


@instruction
def arguments_are_apart(context):
    """Promise that no array that the calling function changes overlaps another of its arguments.

    LLVM vectorises a loop that reads an array at any place and changes another one only if it
    knows this. The same array must not be two arguments either.
    """

    def emit(context, builder, signature, arguments):
        for argument in builder.function.args[2:]:  # behind the result and the exception
            if isinstance(argument.type, ir.PointerType) and argument.type.pointee != BYTE:
                argument.add_attribute("noalias")
        return context.get_dummy_value()

    return types.void(), emit


def _nonzero_bytes(array, index):
    return np.packbits(array[index : index + 64] != 0, bitorder="little").view(np.uint64)[0]


@partial(instruction, as_python=_nonzero_bytes)
def nonzero_bytes(context, array, index):
    """Return which of the 64 bytes from `index` on are not zero, as the bits of an integer."""

    def emit(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        vector = ir.VectorType(BYTE, 64)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), vector.as_pointer())
        bytes_ = builder.load(address, align=1)
        return builder.bitcast(
            builder.icmp_unsigned("!=", bytes_, ir.Constant(vector, None)), ir.IntType(64)
        )

    return types.uint64(array, index), emit


@partial(instruction, as_python=lambda bits: int(bits).bit_count())
def count_ones(context, bits):
    """Return the number of bits that are set."""

    def emit(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), emit


def _trailing_zeros(bits):
    return (int(bits) & -int(bits)).bit_length() - 1 if bits else 64


@partial(instruction, as_python=_trailing_zeros)
def trailing_zeros(context, bits):
    """Return the place of the lowest bit that is set, 64 if there is none."""

    def emit(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), emit


def _element(context, builder, signature, arguments):
    """Return the address of an element of an array, whose indices are the second argument."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    shape, strides = (cgutils.unpack_tuple(builder, x) for x in (array.shape, array.strides))
    indices = cgutils.unpack_tuple(builder, arguments[1])
    return cgutils.get_item_pointer2(
        context, builder, array.data, shape, strides, "C", indices, wraparound=False
    )


@partial(instruction, as_python=lambda array, index: array[index])
def acquire(context, array, index):
    """Read an element that another thread writes by `release`, and see all that it wrote before."""

    def emit(context, builder, signature, arguments):
        address = _element(context, builder, signature, arguments)
        return builder.load_atomic(address, "acquire", 8)

    return array.dtype(array, index), emit


def _release(array, index, value):
    array[index] = value


@partial(instruction, as_python=_release)
def release(context, array, index, value):
    """Write an element, and let a thread that reads it see all that was written before."""

    def emit(context, builder, signature, arguments):
        address = _element(context, builder, signature, arguments)
        value = context.cast(builder, arguments[2], signature.args[2], signature.args[0].dtype)
        builder.store_atomic(value, address, "release", 8)
        return context.get_dummy_value()

    return types.void(array, index, value), emit


@instruction
def pause(context):
    """Tell the processor that this thread waits for another one."""

    def emit(context, builder, signature, arguments):
        if IS_X86:
            kind = ir.FunctionType(ir.VoidType(), [])
            builder.call(builder.module.declare_intrinsic("llvm.x86.sse2.pause", [], kind), [])
        return context.get_dummy_value()

    return types.void(), emit


@partial(instruction, as_python=lambda: time.sleep(0))
def give_way(context):
    """Let the operating system run another thread on this core."""

    def emit(context, builder, signature, arguments):
        names = filter(binding.address_of_symbol, ("sched_yield", "SwitchToThread"))
        for name in tuple(names)[:1]:
            kind = ir.FunctionType(INT32, [])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [])
        return context.get_dummy_value()

    return types.void(), emit


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
