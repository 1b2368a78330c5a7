# The text: 31,102 verses of the King James Version, split by book, and its alphabet.
#
# needs: the configured source (by default a file inside an installed Python package; no network)
# makes: results/corpus/{kjv.tsv,provenance.json,train.txt,validation.txt,counts.tsv,vocab.json}


# On a cluster these run where snakemake does: seconds of work, and the nodes often have no way to the internet.
localrules:
    fetch_kjv,
    split_by_book,
    build_vocab,


rule fetch_kjv:
    """The whole text as a table of verses in canonical order, its structure checked."""
    input:
        source_file,
    output:
        kjv="results/corpus/kjv.tsv",
        provenance="results/corpus/provenance.json",
    log:
        "results/logs/fetch_kjv.log",
    benchmark:
        "results/benchmarks/fetch_kjv.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        settings=source_json,
        code=code("fetch_kjv.py"),
        script=path_of("fetch_kjv.py"),
    shell:
        "python {params.script:q} --settings {params.settings:q}"
        " --out {output.kjv:q} --provenance {output.provenance:q} --log {log:q}"


rule split_by_book:
    """The books to train on and the books kept back, one verse a line, with a table of counts."""
    input:
        kjv="results/corpus/kjv.tsv",
    output:
        train="results/corpus/train.txt",
        validation="results/corpus/validation.txt",
        counts="results/corpus/counts.tsv",
    log:
        "results/logs/split_by_book.log",
    benchmark:
        "results/benchmarks/split_by_book.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        settings=split_json,
        code=code("split_by_book.py"),
        script=path_of("split_by_book.py"),
    shell:
        "python {params.script:q} --kjv {input.kjv:q} --settings {params.settings:q}"
        " --train {output.train:q} --validation {output.validation:q} --counts {output.counts:q} --log {log:q}"


rule build_vocab:
    """Every character of the corpus and the line break, sorted."""
    input:
        kjv="results/corpus/kjv.tsv",
    output:
        vocab="results/corpus/vocab.json",
    log:
        "results/logs/build_vocab.log",
    benchmark:
        "results/benchmarks/build_vocab.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=code("build_vocab.py"),
        script=path_of("build_vocab.py"),
    shell:
        "python {params.script:q} --kjv {input.kjv:q} --out {output.vocab:q} --log {log:q}"
