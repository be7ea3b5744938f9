using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Workloads;

/// <summary>What versions fill in, and who owns it.</summary>
public sealed class DefaultTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Jobs_get_the_defaults_and_labels_of_their_version(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Workload job = await Workload.JobAsync(cluster, "job", "{}");
        JsonObject document = await job.ReadAsync(),
            spec = document["spec"]!.AsObject();

        string[] since22 = cluster.Minor >= 22 ? ["completionMode=NonIndexed", "suspend=false"] : [];
        string[] since29 = cluster.Minor >= 29 ? ["manualSelector=false", "podReplacementPolicy=TerminatingOrFailed"] : [];
        Assert.Equal(
            Sorted(["backoffLimit=6", "completions=1", "parallelism=1", .. since22, .. since29]),
            Sorted(spec.Where(static one => one.Key is not ("template" or "selector")).Select(static one => $"{one.Key}={one.Value}"))
        );
        string uid = (string)document["metadata"]!["uid"]!;
        string[] labels =
            cluster.Minor >= 27
                ? ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"]
                : ["controller-uid", "job-name"];
        Assert.Equal(labels, Sorted(document["metadata"]!["labels"]!.AsObject().Select(static one => one.Key)));
        Assert.Equal(labels, Sorted(spec["template"]!["metadata"]!["labels"]!.AsObject().Select(static one => one.Key)));
        Assert.Equal([(labels[0], uid)], spec["selector"]!["matchLabels"]!.AsObject().Select(static one => (one.Key, (string)one.Value!)));
        Assert.Equal(cluster.Minor >= 24 ? 1 : null, (int?)document["metadata"]!["generation"]);
        JsonObject owned = Owned(document)["f:spec"]!.AsObject();
        Assert.Equal(
            Sorted(spec.Where(static one => one.Key != "selector").Select(static one => "f:" + one.Key)),
            Sorted(owned.Select(static one => one.Key))
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task StatefulSets_have_a_claim_retention_policy_from_1_27(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Workload set = await Workload.CreateAsync(
            cluster,
            "apps",
            "statefulsets",
            "db",
            """{"serviceName":"db","replicas":0,"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}"""
        );
        JsonObject document = await set.ReadAsync(),
            spec = document["spec"]!.AsObject();

        Assert.Equal(
            cluster.Minor >= 27 ? """{"whenDeleted":"Retain","whenScaled":"Retain"}""" : null,
            spec["persistentVolumeClaimRetentionPolicy"]?.ToJsonString()
        );
        JsonNode claim = spec["volumeClaimTemplates"]![0]!;
        Assert.Equal(
            ("v1", "PersistentVolumeClaim", "Filesystem", "Pending"),
            (
                (string)claim["apiVersion"]!,
                (string)claim["kind"]!,
                (string)claim["spec"]!["volumeMode"]!,
                (string)claim["status"]!["phase"]!
            )
        );
        JsonObject owned = Owned(document)["f:spec"]!.AsObject();
        Assert.Equal(cluster.Minor >= 27, owned.ContainsKey("f:persistentVolumeClaimRetentionPolicy"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task DaemonSets_count_template_generations_and_default_maxSurge_to_0(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Workload set = await Workload.CreateAsync(cluster, "apps", "daemonsets", "agent", "{}");
        JsonObject document = await set.ReadAsync();

        Assert.Equal(
            cluster.Minor >= 22 ? "maxSurge=0 maxUnavailable=1" : "maxUnavailable=1",
            string.Join(
                ' ',
                Sorted(document["spec"]!["updateStrategy"]!["rollingUpdate"]!.AsObject().Select(static one => $"{one.Key}={one.Value}"))
            )
        );
        Assert.Equal("1", Generation(document));
        Assert.True(Owned(document)["f:metadata"]!["f:annotations"]!.AsObject().ContainsKey("f:deprecated.daemonset.template.generation"));

        await set.PatchAsync("""{"metadata":{"annotations":{"a":"b"}}}""");
        Assert.Equal("1", Generation(await set.ReadAsync()));
        await set.PatchAsync("""{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}""");
        Assert.Equal("2", Generation(await set.ReadAsync()));

        static string Generation(JsonObject set) => (string)set["metadata"]!["annotations"]!["deprecated.daemonset.template.generation"]!;
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_priority_of_a_pod_comes_from_its_PriorityClass(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        const string Stated = "must not be provided in pod spec; priority admission controller computed";

        Assert.Equal(
            $"403 pods \"a\" is forbidden: the integer value of priority (5) {Stated} 0 from the given PriorityClass name",
            await CreateAsync("\"priority\":5")
        );
        Assert.Equal(
            $"403 pods \"a\" is forbidden: the string value of PreemptionPolicy (Never) {Stated} PreemptLowerPriority from the given PriorityClass name",
            await CreateAsync("\"preemptionPolicy\":\"Never\"")
        );
        Assert.Equal(
            "403 pods \"a\" is forbidden: no PriorityClass with name none was found",
            await CreateAsync("\"priorityClassName\":\"none\"")
        );
        Assert.Equal("201 ", await CreateAsync("\"priority\":0"));

        async Task<string> CreateAsync(string more)
        {
            WireAnswer answer = await cluster.SendAsync(
                "POST",
                $"/api/v1/namespaces/{cluster.Namespace}/pods",
                $$"""
                {"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}],"nodeSelector":{"none":"{{cluster.Id}}"},{{more}} } }
                """
            );
            return $"{(int)answer.Code} {answer.Json["message"]}";
        }
    }

    // What its maker owns; a controller that wrote the status in the same second may stand before.
    private static JsonObject Owned(JsonObject document) =>
        document["metadata"]!["managedFields"]!
            .AsArray()
            .Select(static entry => entry!["fieldsV1"]!.AsObject())
            .First(static fields => fields.ContainsKey("f:spec"));

    private static string[] Sorted(IEnumerable<string> texts) => [.. texts.Order(StringComparer.Ordinal)];
}
