using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Conformance.Scheduler;

/// <summary>What is refused, with which words, and that it leaves everything as it was.</summary>
public sealed class SchedulerRefusalTests
{
    [SkippableTheory]
    [AllBackends(ErrorIds.SchedulerConfigurationInvalid, "kind: KubeSchedulerConfiguration\nprofiles: [")]
    [AllBackends(ErrorIds.SchedulerConfigurationNotFound, "kind: Something")]
    [AllBackends(ErrorIds.SchedulerConfigurationNotFound, "")]
    public async Task A_text_that_is_not_a_configuration_is_not_changed(string backend, string errorId, string text)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync(text);
        await cluster.AddSchedulerAsync(replicas: 0);

        await AssertRefusedAsync(cluster, errorId);

        Assert.Equal(text, await cluster.TextAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_key_is_reported_with_the_existing_keys(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.CreateAsync(Resources.ConfigMaps, Map(new() { ["other.yaml"] = "a: b" }));
        await cluster.AddSchedulerAsync(replicas: 0);

        NodeManagerException refused = await AssertRefusedAsync(cluster, ErrorIds.SchedulerConfigurationNotFound);

        Assert.Contains("no key 'config.yaml'; its keys: other.yaml", refused.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_empty_ConfigMap_is_reported(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.CreateAsync(Resources.ConfigMaps, Map([]));
        await cluster.AddSchedulerAsync(replicas: 0);

        NodeManagerException refused = await AssertRefusedAsync(cluster, ErrorIds.SchedulerConfigurationNotFound);

        Assert.Contains("is empty", refused.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_ConfigMap_is_named(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddSchedulerAsync(replicas: 0);

        NodeManagerException refused = await AssertRefusedAsync(cluster, ErrorIds.SchedulerConfigurationNotFound);

        Assert.Contains("ConfigMap 'rescheduler-config' does not exist", refused.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_immutable_ConfigMap_is_not_changed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync(immutable: true);
        await cluster.AddSchedulerAsync(replicas: 0);

        await AssertRefusedAsync(cluster, ErrorIds.SchedulerConfigurationImmutable);

        Assert.Equal(SchedulerManifests.Text, await cluster.TextAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_configuration_that_prevents_the_start_is_not_written(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        var change = new SchedulerChange { Action = "Break", Edit = static text => text + "parallelism: 0\nnoSuchField: 1\n" };

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerManifests.ChangeAsync(session, scheduler, change)
        );

        Assert.Equal(ErrorIds.SchedulerConfigurationInvalid, refused.ErrorId);
        Assert.Contains("noSuchField", refused.Message, StringComparison.Ordinal);
        Assert.Equal(SchedulerManifests.Text, await cluster.TextAsync());
        Assert.Empty(await cluster.RevisionsAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Several_schedulers_require_a_choice(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddConfigMapAsync(name: "second-config");
        await cluster.AddSchedulerAsync(replicas: 0);
        await cluster.AddSchedulerAsync("second-scheduler", "second-config", replicas: 0);
        NodeManagerSession session = await cluster.ConnectAsync();
        SchedulerSelection here = new() { Namespace = cluster.Namespace };

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerFinder.FindChosenAsync(session, here, default)
        );

        Assert.Equal(ErrorIds.SchedulerAmbiguous, refused.ErrorId);
        Assert.Contains("second-scheduler", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await SchedulerFinder.FindChosenAsync(session, here with { Deployments = ["*"] }, default)).Count);
        Assert.Equal(
            "second-scheduler",
            Assert.Single(await SchedulerFinder.FindChosenAsync(session, here with { ConfigMap = "second-config" }, default)).Deployment
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_name_that_several_namespaces_use_requires_a_choice(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = "scheduler-" + cluster.Id,
            other = cluster.Namespace + "-other";
        cluster.CleanAtEnd($"/apis/apps/v1/namespaces/{other}/deployments");
        await cluster.CreateAsync(Resources.Namespaces, Manifests.Namespace(other));
        foreach (string ns in (string[])[cluster.Namespace, other])
        {
            await cluster.CreateAsync(
                Resources.ConfigMaps,
                SchedulerManifests.Map(SchedulerManifests.Text, SchedulerManifests.ConfigMap),
                ns
            );
            await cluster.CreateAsync(Resources.Deployments, SchedulerManifests.Manifest(cluster, name, replicas: 0), ns);
        }

        NodeManagerSession session = await cluster.ConnectAsync();
        SchedulerSelection named = new() { Deployments = [name] };

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerFinder.FindChosenAsync(session, named, default)
        );

        Assert.Equal(ErrorIds.SchedulerAmbiguous, refused.ErrorId);
        Assert.Contains($"{other}/{name}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            other,
            Assert.Single(await SchedulerFinder.FindChosenAsync(session, named with { Namespace = other }, default)).Namespace
        );
        Assert.Equal(2, (await SchedulerFinder.FindChosenAsync(session, named with { Deployments = [name + "*"] }, default)).Count);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_sidecar_with_a_configuration_is_not_taken_for_a_scheduler(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddConfigMapAsync("receivers: {}", "sidecar-config");
        JsonObject manifest = SchedulerManifests.Manifest(cluster, replicas: 0);
        JsonNode pod = manifest["spec"]!["template"]!["spec"]!;
        JsonNode sidecar = pod["containers"]![0]!.DeepClone();
        sidecar["name"] = "collector";
        sidecar["image"] = "example.com/collector:v1";
        sidecar["command"] = new JsonArray("/collector", "--config=/conf/config.yaml");
        sidecar["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "sidecar", ["mountPath"] = "/conf" });
        pod["containers"]!.AsArray().Add(sidecar);
        pod["volumes"]!
            .AsArray()
            .Add(
                new JsonObject
                {
                    ["name"] = "sidecar",
                    ["configMap"] = new JsonObject { ["name"] = "sidecar-config" },
                }
            );
        await cluster.CreateAsync(Resources.Deployments, manifest);
        SchedulerSelection named = new() { Namespace = cluster.Namespace, Deployments = [SchedulerManifests.Deployment] };

        IReadOnlyList<ClusterScheduler> found = await SchedulerFinder.FindChosenAsync(await cluster.ConnectAsync(), named, default);

        Assert.Equal(SchedulerManifests.ConfigMap, Assert.Single(found).ConfigMap);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_application_with_the_name_of_a_scheduler_is_not_taken_for_one(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync("jobs: []");
        JsonObject manifest = SchedulerManifests.Manifest(cluster, replicas: 0);
        manifest["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "example.com/job-scheduler:v1";
        await cluster.CreateAsync(Resources.Deployments, manifest);
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerFinder.FindChosenAsync(session, new() { Namespace = cluster.Namespace }, default)
        );

        Assert.Equal(ErrorIds.SchedulerNotFound, refused.ErrorId);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_ConfigMap_that_is_not_mounted_is_found_by_name(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync(name: "alone");
        NodeManagerSession session = await cluster.ConnectAsync();

        ClusterScheduler alone = Assert.Single(
            await SchedulerFinder.FindAsync(session, new() { Namespace = cluster.Namespace, ConfigMap = "alone" }, default)
        );
        NodeManagerException none = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerFinder.FindAsync(session, new() { Namespace = cluster.Namespace }, default)
        );

        Assert.Equal(("alone", SchedulerManifests.Key, ""), (alone.ConfigMap, alone.Key, alone.Deployment));
        Assert.Equal(ErrorIds.SchedulerNotFound, none.ErrorId);
    }

    private static async Task<NodeManagerException> AssertRefusedAsync(TestCluster cluster, string errorId)
    {
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"))
        );
        Assert.Equal(errorId, refused.ErrorId);
        Assert.Empty(await cluster.RevisionsAsync());
        return refused;
    }

    private static JsonObject Map(JsonObject data) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = SchedulerManifests.ConfigMap },
            ["data"] = data,
        };
}
