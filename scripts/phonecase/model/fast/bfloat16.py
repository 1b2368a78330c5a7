"""Products of matrices in bfloat16, from within a loop that numba compiles.

Processors with AVX-512 BF16 have an instruction that multiplies two pairs of bfloat16 and adds both products
to a float32, sixteen times at once. Neither numba nor NumPy knows of it, and PyTorch's products, which use
it, can't be called from a compiled loop. So here is the one kernel that such a product needs, written in
LLVM's language and compiled for this processor by the LLVM that numba brings along.

A tile is 4 rows × 64 columns of the result C = A B. Its sums stay in 16 registers while the kernel goes
along K, two numbers at a time: it takes a pair of each of A's 4 rows and the 64 pairs of B. Therefore B is
laid out by pairs (`packed`); A has its rows as they are, or is laid out like B, for AᵀB. What a tile begins
with and what becomes of it differs, so there are a few kernels (`Kernels`).
"""

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import torch
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from torch import Tensor

from phonecase.model.fast.cpu import compiled

ROWS, COLUMNS = 4, 64  # of a tile
_LANES = 16  # numbers of float32 in a register


class Kernels(NamedTuple):
    """The addresses of the kernels, by what they make of a product; `extra` is what they read besides."""

    add: int
    """float32, added to what is there"""
    affine: int
    """float32, with a bias (`extra`, float32) for each column"""
    affine_short: int
    """the same in bfloat16"""
    affine_relu: int
    """its positive part, in bfloat16"""
    plain: int
    """bfloat16"""
    masked: int
    """bfloat16, and 0 where `extra`, laid out as the result is, isn't positive"""


@functools.cache
def kernels() -> Kernels | None:
    """The kernels, if this processor gains from them.

    One that has AMX doesn't: PyTorch's products use that, and it is faster still.
    """
    return None if llvm.get_host_cpu_features().get("amx-bf16") else executable()


@functools.cache
def executable() -> Kernels | None:
    """The kernels, if this processor has their instruction."""
    features = llvm.get_host_cpu_features()
    if not features.get("avx512bf16"):
        return None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(
        "\n".join(
            [
                "declare <16 x float> @llvm.x86.avx512bf16.dpbf16ps.512"
                "(<16 x float>, <32 x bfloat>, <32 x bfloat>)",
                *(line for name in Kernels._fields for line in _kernel(name)),
            ]
        )
    )
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features.flatten(), opt=3)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    _alive.append(engine)
    return Kernels(*(engine.get_function_address(name) for name in Kernels._fields))


_alive: list[Any] = []  # the kernels' code goes when its engine does


def _kernel(name: str) -> Iterator[str]:
    """A kernel in LLVM's language. All distances are in bytes."""
    size = 4 if name in ("add", "affine") else 2  # of a number of the result
    tile = [(r, c) for r in range(ROWS) for c in range(COLUMNS // _LANES)]
    begins = name == "add" or name.startswith("affine")  # with something that isn't zero
    yield f"define void @{name}(ptr noalias %a, i64 %a_row, i64 %a_pair, ptr noalias %b, ptr noalias %extra,"
    yield "    ptr noalias %out, i64 %out_row, i64 %pairs) {"
    yield "entry:"
    for r in range(ROWS):
        yield f"%a_row{r} = mul i64 %a_row, {r}"
        yield f"%out_row{r} = mul i64 %out_row, {r}"
    for r, c in tile:
        yield f"%at{r}{c} = add i64 %out_row{r}, {size * _LANES * c}"
        yield f"%out{r}{c} = getelementptr i8, ptr %out, i64 %at{r}{c}"
        if name == "add":
            yield f"%begin{r}{c} = load <16 x float>, ptr %out{r}{c}, align 4"
        elif name.startswith("affine"):
            yield f"%bias{r}{c} = getelementptr i8, ptr %extra, i64 {4 * _LANES * c}"
            yield f"%begin{r}{c} = load <16 x float>, ptr %bias{r}{c}, align 4"
    yield "br label %loop"

    yield "loop:"
    yield "%k = phi i64 [0, %entry], [%next_k, %loop]"
    yield "%a_k = phi ptr [%a, %entry], [%next_a, %loop]"
    yield "%b_k = phi ptr [%b, %entry], [%next_b, %loop]"
    for r, c in tile:
        begin = f"%begin{r}{c}" if begins else "zeroinitializer"
        yield f"%sum{r}{c} = phi <16 x float> [{begin}, %entry], [%next{r}{c}, %loop]"
    for c in range(COLUMNS // _LANES):
        yield f"%b_k{c} = getelementptr i8, ptr %b_k, i64 {4 * _LANES * c}"
        yield f"%right{c} = load <32 x bfloat>, ptr %b_k{c}, align 4"
    for r in range(ROWS):
        yield f"%a_k{r} = getelementptr i8, ptr %a_k, i64 %a_row{r}"
        yield f"%pair{r} = load i32, ptr %a_k{r}, align 4"
        yield f"%first{r} = insertelement <16 x i32> poison, i32 %pair{r}, i64 0"
        yield f"%all{r} = shufflevector <16 x i32> %first{r}, <16 x i32> poison, <16 x i32> zeroinitializer"
        yield f"%left{r} = bitcast <16 x i32> %all{r} to <32 x bfloat>"
    for r, c in tile:
        yield f"%next{r}{c} = call <16 x float> @llvm.x86.avx512bf16.dpbf16ps.512("
        yield f"    <16 x float> %sum{r}{c}, <32 x bfloat> %left{r}, <32 x bfloat> %right{c})"
    yield "%next_a = getelementptr i8, ptr %a_k, i64 %a_pair"
    yield f"%next_b = getelementptr i8, ptr %b_k, i64 {4 * COLUMNS}"
    yield "%next_k = add i64 %k, 1"
    yield "%more = icmp ult i64 %next_k, %pairs"
    yield "br i1 %more, label %loop, label %done"

    yield "done:"
    for r, c in tile:
        end = f"%next{r}{c}"
        if name == "affine_relu":  # what is no number stays so, and ends the training
            yield f"%no{r}{c} = fcmp olt <16 x float> {end}, zeroinitializer"
        elif name == "masked":
            yield f"%extra{r}{c} = getelementptr i8, ptr %extra, i64 %at{r}{c}"
            # As integers they have the same signs.
            yield f"%mask{r}{c} = load <16 x i16>, ptr %extra{r}{c}, align 2"
            yield f"%no{r}{c} = icmp sle <16 x i16> %mask{r}{c}, zeroinitializer"
        if name in ("affine_relu", "masked"):
            yield f"%end{r}{c} = select <16 x i1> %no{r}{c}, <16 x float> zeroinitializer, <16 x float> {end}"
            end = f"%end{r}{c}"
        if size == 4:
            yield f"store <16 x float> {end}, ptr %out{r}{c}, align 4"
        else:
            yield f"%short{r}{c} = fptrunc <16 x float> {end} to <16 x bfloat>"
            yield f"store <16 x bfloat> %short{r}{c}, ptr %out{r}{c}, align 2"
    yield "ret void"
    yield "}"


@intrinsic
def _call(
    typing_context: Any,
    kernel: Any,
    a: Any,
    a_row: Any,
    a_pair: Any,
    b: Any,
    extra: Any,
    out: Any,
    out_row: Any,
    pairs: Any,
) -> Any:
    """Call the kernel at an address. All are int64."""

    def generate(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        function = ir.FunctionType(ir.VoidType(), [ir.IntType(64)] * 8)
        builder.call(builder.inttoptr(words[0], function.as_pointer()), words[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 9), generate


@compiled
def multiply(
    kernel: int,
    sizes: tuple[int, int, int],
    a: int,
    a_steps: tuple[int, int],
    b: int,
    extra: int,
    extra_steps: tuple[int, int],
    out: int,
    out_steps: tuple[int, int],
) -> None:
    """What a kernel makes of A B.

    Matrices are addresses, and how many bytes it is from a number to others. `sizes` are the rows, a multiple
    of 4, the columns, a multiple of 64, and the length K of the sums, an even number.

    Args:
        kernel: its address (`Kernels`).
        sizes: rows, columns, K.
        a: A in bfloat16.
        a_steps: to its next row, and to the next pair along K.
        b: B, `packed`.
        extra: what the kernel reads besides.
        extra_steps: to its next row and column.
        out: the result.
        out_steps: to its next row and column.
    """
    rows, columns, length = sizes
    for c in range(0, columns, COLUMNS):
        panel = b + 2 * length * c
        for r in range(0, rows, ROWS):
            begin = a + r * a_steps[0]
            besides = extra + r * extra_steps[0] + c * extra_steps[1]
            there = out + r * out_steps[0] + c * out_steps[1]
            _call(kernel, begin, a_steps[0], a_steps[1], panel, besides, there, out_steps[0], length // 2)  # type: ignore[call-arg]


def packed(matrix: Tensor) -> Tensor:
    """A matrix as the right factor, by pairs along K: (K, N) → bfloat16 (N/64, K/2, 64, 2)."""
    K, N = matrix.shape
    return matrix.to(torch.bfloat16).view(K // 2, 2, N // COLUMNS, COLUMNS).permute(2, 0, 3, 1).contiguous()
