"""The engine: the same network as `model.cell` says, forward and backward by hand, as fast as we know how.

`recurrence` derives the loop over time and `head` what follows it; each has its form for the processor
(`_cpu`, compiled by numba) and the loop one for NVIDIA GPUs (`_triton`). `bfloat16` multiplies matrices,
`cpu` is what these share.
"""
