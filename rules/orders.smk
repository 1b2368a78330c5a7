# The order of the rows: every configured strategy, and how they compare.
#
# needs: results/states/{model}/{passage}.parquet; results/models/{model}/weights.safetensors for a permuted network
# makes: results/orders/{model}/{passage}/{strategy}.{parquet,json}, and {strategy}.safetensors on request
#        results/compare/{model}/{passage}/orders.{parquet,csv,md,png}
#        results/compare/{passage}.{parquet,csv,md}, over the models, if there is more than one


localrules:
    compare_models,


rule order_rows:
    """One order of the units. The JSON beside it holds what may differ from run to run, such as seconds."""
    input:
        states="results/states/{model}/{passage}.parquet",
    output:
        order="results/orders/{model}/{passage}/{strategy}.parquet",
        report="results/orders/{model}/{passage}/{strategy}.json",
    log:
        "results/logs/order_rows/{model}/{passage}/{strategy}.log",
    benchmark:
        "results/benchmarks/order_rows/{model}/{passage}/{strategy}.tsv"
    conda:
        environment("orders.yaml")
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        strategy=order_strategy,
        settings=order_json,
        code=code("order_rows.py"),
        script=path_of("order_rows.py"),
    shell:
        "python {params.script:q} --states {input.states:q} --strategy {params.strategy:q}"
        " --settings {params.settings:q} --out {output.order:q} --report {output.report:q} --log {log:q}"


rule compare_orders:
    """A table of every order by every criterion, and a figure of all orders side by side, best first."""
    input:
        states="results/states/{model}/{passage}.parquet",
        orders=all_orders,
        reports=all_order_reports,
    output:
        parquet="results/compare/{model}/{passage}/orders.parquet",
        csv="results/compare/{model}/{passage}/orders.csv",
        markdown=report(
            "results/compare/{model}/{passage}/orders.md",
            caption="../docs/report/compare_orders.rst",
            category="Orders",
            labels={"model": "{model}", "passage": "{passage}", "shown": "table"},
        ),
        figure=report(
            "results/compare/{model}/{passage}/orders.png",
            caption="../docs/report/compare_orders.rst",
            category="Orders",
            labels={"model": "{model}", "passage": "{passage}", "shown": "figure"},
        ),
    log:
        "results/logs/compare_orders/{model}/{passage}.log",
    benchmark:
        "results/benchmarks/compare_orders/{model}/{passage}.tsv"
    conda:
        environment("orders.yaml")
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        orders=as_json(list(CONFIG.orders)),  # in another order, inputs count as the same
        code=code("compare_orders.py"),
        script=path_of("compare_orders.py"),
    shell:
        "python {params.script:q} --states {input.states:q} --orders {input.orders:q} --reports {input.reports:q}"
        " --parquet {output.parquet:q} --csv {output.csv:q} --markdown {output.markdown:q}"
        " --figure {output.figure:q} --log {log:q}"


rule compare_models:
    """The means and spreads of all models' comparisons: what holds whatever the model or its seed."""
    input:
        tables=all_models_comparisons,
    output:
        parquet="results/compare/{passage}.parquet",
        csv="results/compare/{passage}.csv",
        markdown=report(
            "results/compare/{passage}.md",
            caption="../docs/report/compare_models.rst",
            category="Orders",
            labels={"model": "all", "passage": "{passage}", "shown": "table"},
        ),
    log:
        "results/logs/compare_models/{passage}.log",
    benchmark:
        "results/benchmarks/compare_models/{passage}.tsv"
    conda:
        environment("orders.yaml")
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        models=as_json(CONFIG.model),  # likewise
        code=code("compare_models.py"),
        script=path_of("compare_models.py"),
    shell:
        "python {params.script:q} --tables {input.tables:q} --parquet {output.parquet:q} --csv {output.csv:q}"
        " --markdown {output.markdown:q} --log {log:q}"


rule permute_model:
    """On request: the network itself in the order of a picture, so that the picture is its states."""
    input:
        weights="results/models/{model}/weights.safetensors",
        order="results/orders/{model}/{passage}/{strategy}.parquet",
    output:
        weights="results/orders/{model}/{passage}/{strategy}.safetensors",
    log:
        "results/logs/permute_model/{model}/{passage}/{strategy}.log",
    benchmark:
        "results/benchmarks/permute_model/{model}/{passage}/{strategy}.tsv"
    conda:
        environment("torch.yaml")
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("permute_model.py"),
        script=path_of("permute_model.py"),
    shell:
        "python {params.script:q} --weights {input.weights:q} --order {input.order:q} --out {output.weights:q} --log {log:q}"


rule orders:
    """Every order of every grid."""
    input:
        for_every_grid(
            "results/orders/{model}/{passage}/{strategy}.{form}",
            strategy=CONFIG.orders,
            form=["parquet", "json"],
        ),


rule comparisons:
    """The comparison of the orders for every model and passage, and over the models if there are several."""
    input:
        for_every_grid(
            "results/compare/{model}/{passage}/orders.{form}", form=["parquet", "csv", "md", "png"]
        ),
        for_every_passage_of_several_models("results/compare/{passage}.{form}", form=["parquet", "csv", "md"]),
