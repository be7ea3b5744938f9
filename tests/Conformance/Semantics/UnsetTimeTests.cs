using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Ownership;

namespace NodeManager.Conformance.Semantics;

/// <summary>Unset times: null where servers always write the field, omitted elsewhere.</summary>
public sealed class UnsetTimeTests
{
    private const int OmittedFrom = 34;

    [SkippableTheory]
    [AllBackends(
        "/api/v1/nodes",
        """{"kind":"Node","status":{"conditions":[{"type":"Ready","status":"True"}]}}""",
        "status.conditions.0",
        "lastHeartbeatTime lastTransitionTime"
    )]
    [AllBackends(
        "/api/v1/namespaces/⟨namespace⟩/events",
        """{"kind":"Event","involvedObject":{"kind":"Pod","name":"a","namespace":"⟨namespace⟩"}}""",
        "",
        "eventTime firstTimestamp lastTimestamp"
    )]
    public async Task Unset_times_are_null_where_the_field_is_always_written(
        string backend,
        string collection,
        string manifest,
        string owner,
        string fields
    )
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        JsonNode made = await CreateAsync(cluster, collection, manifest);

        JsonObject within = At(made, owner);
        foreach (string field in fields.Split(' '))
            Assert.True(within.TryGetPropertyValue(field, out JsonNode? value) && value is null, $"{field} in {within.ToJsonString()}");
    }

    [SkippableTheory]
    [AllBackends("deployments", "Deployment", "")]
    [AllBackends(
        "statefulsets",
        "StatefulSet",
        ""","serviceName":"web","volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]"""
    )]
    public async Task Templates_have_a_null_creationTimestamp_up_to_1_33(string backend, string plural, string kind, string more)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string manifest = $$$$"""
            {"apiVersion":"apps/v1","kind":"{{{{kind}}}}","spec":{"selector":{"matchLabels":{"app":"web"}},
            "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"example.com/main:1"}]}}{{{{more}}}}}}
            """;

        JsonNode made = await CreateAsync(cluster, $"/apis/apps/v1/namespaces/⟨namespace⟩/{plural}", manifest);

        Assert.Equal(cluster.Minor < OmittedFrom, At(made, "spec.template.metadata").ContainsKey("creationTimestamp"));
        if (more.Length > 0)
            Assert.Equal(cluster.Minor < OmittedFrom, At(made, "spec.volumeClaimTemplates.0.metadata").ContainsKey("creationTimestamp"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_creator_of_a_workload_does_not_own_the_unset_creationTimestamp_of_its_template(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        JsonNode made = await CreateAsync(
            cluster,
            "/apis/apps/v1/namespaces/⟨namespace⟩/deployments",
            """
            {"apiVersion":"apps/v1","kind":"Deployment","spec":{"selector":{"matchLabels":{"app":"web"}},
            "template":{"metadata":{"labels":{"app":"web"},"creationTimestamp":null},"spec":{"containers":[{"name":"main","image":"example.com/main:1"}]}}}}
            """
        );

        JsonNode owned = made["metadata"]!["managedFields"]![0]!["fieldsV1"]!["f:spec"]!["f:template"]!["f:metadata"]!;
        Assert.Equal("""{"f:labels":{".":{},"f:app":{}}}""", owned.ToJsonString());
    }

    private static async Task<JsonNode> CreateAsync(TestCluster cluster, string collection, string manifest)
    {
        JsonObject body = JsonNode.Parse(manifest.Replace("⟨namespace⟩", cluster.Namespace, StringComparison.Ordinal))!.AsObject();
        body["metadata"] = new JsonObject { ["name"] = "unset-" + cluster.Id };
        string path = collection.Replace("⟨namespace⟩", cluster.Namespace, StringComparison.Ordinal) + "?dryRun=All";
        return (await cluster.SendAsync("POST", path, body.ToJsonString())).Must(HttpStatusCode.Created);
    }

    private static JsonObject At(JsonNode from, string path) =>
        path.Split('.', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(from, static (node, step) => int.TryParse(step, out int index) ? node[index]! : node[step]!)
            .AsObject();
}
