# Experiments: a sweep's models, or the chosen ones, side by side. `snakemake experiments --keep-going`
#
# needs: results/models/{model}/{weights.safetensors,summary.json}, results/states/{model}/{passage}.parquet and
#        results/orders/{model}/{passage}/{strategy}.{parquet,json} of every model, for the first passage,
#        results/insight/{model}/reach.json and results/insight/ngrams.json
# makes: results/experiments.{parquet,md,html,png}, and results/experiments.complete when no model is missing


localrules:
    experiments,


rule experiments:
    """Every model on one page: settings that differ, bits, reach, seconds, best order and its picture."""
    input:
        files_of_experiments,
    output:
        parquet="results/experiments.parquet",
        markdown="results/experiments.md",
        html=report(
            "results/experiments.html",
            caption="../docs/report/experiments.rst",
            category="Experiments",
            labels={"shown": "table with pictures"},
        ),
        plot=report(
            "results/experiments.png",
            caption="../docs/report/experiments.rst",
            category="Experiments",
            labels={"shown": "plot"},
        ),
        complete="results/experiments.complete",
    log:
        "results/logs/experiments.log",
    benchmark:
        "results/benchmarks/experiments.tsv"
    conda:
        environment("art.yaml")
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=results_of,
        settings=experiments_json,
        code=code("experiments.py"),
        script=path_of("experiments.py"),
    shell:
        "python {params.script:q} --results {params.results:q} --settings {params.settings:q}"
        " --parquet {output.parquet:q} --markdown {output.markdown:q} --html {output.html:q} --plot {output.plot:q}"
        " --complete {output.complete:q} --log {log:q}"
