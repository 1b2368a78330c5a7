# The text: 31,102 verses of the King James Version or any other text, split, its alphabet, and the passages in it.
#
# needs: the configured source (by default a file inside an installed Python package; no network)
# makes: results/corpus/{kjv.tsv,provenance.json,train.txt,validation.txt,counts.tsv,vocab.json};
#        the table of another text is text.tsv


# On a cluster these run where snakemake does: seconds of work, and the nodes often have no way to the internet.
localrules:
    fetch_kjv,
    split_by_book,
    build_vocab,


rule fetch_kjv:
    """The whole text as a table of verses or lines; the King James text's structure is checked."""
    input:
        source_file,
    output:
        table=TABLE,
        provenance="results/corpus/provenance.json",
    log:
        "results/logs/fetch_kjv.log",
    benchmark:
        "results/benchmarks/fetch_kjv.tsv"
    conda:
        environment("data.yaml")
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        settings=source_json,
        content=source_content,
        code=code("fetch_kjv.py"),
        script=path_of("fetch_kjv.py"),
    shell:
        "python {params.script:q} --settings {params.settings:q}"
        " --out {output.table:q} --provenance {output.provenance:q} --log {log:q}"


rule split_by_book:
    """What to train on and what is kept back, one verse a line, with a table of counts.

    Before, every passage is looked for in the text, so that a slip is met before anything is trained. Which they
    are isn't recorded: another passage is no reason to train again.
    """
    input:
        table=TABLE,
    output:
        train="results/corpus/train.txt",
        validation="results/corpus/validation.txt",
        counts="results/corpus/counts.tsv",
    log:
        "results/logs/split_by_book.log",
    benchmark:
        "results/benchmarks/split_by_book.tsv"
    conda:
        environment("data.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        settings=split_json,
        code=code("split_by_book.py"),
        script=path_of("split_by_book.py"),
        check=path_of("check_passages.py"),
        passages=passages_json,
    shell:
        "python {params.check:q} --table {input.table:q} --settings {params.passages:q} --log {log:q} && "
        "python {params.script:q} --table {input.table:q} --settings {params.settings:q}"
        " --train {output.train:q} --validation {output.validation:q} --counts {output.counts:q} --log {log:q}"


rule build_vocab:
    """Every character of the corpus and the line break, sorted."""
    input:
        table=TABLE,
    output:
        vocab="results/corpus/vocab.json",
    log:
        "results/logs/build_vocab.log",
    benchmark:
        "results/benchmarks/build_vocab.tsv"
    conda:
        environment("data.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=code("build_vocab.py"),
        script=path_of("build_vocab.py"),
    shell:
        "python {params.script:q} --table {input.table:q} --out {output.vocab:q} --log {log:q}"


rule corpus:
    """The text and all that was made of it."""
    input:
        TABLE,
        expand(
            "results/corpus/{file}",
            file=["provenance.json", "train.txt", "validation.txt", "counts.tsv", "vocab.json"],
        ),
