using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A claim gets its machine and its node, and both go with it.</summary>
[Collection(AutoscalerLab.InTurn)]
[Takes(90)]
public sealed class ClaimLifecycleTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_pool_scales_up_and_down(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await lab.AddPoolAsync(
            min: 2,
            template: """{"labels":{"tier":"a"},"taints":[{"key":"dedicated","value":"batch","effect":"NoSchedule"}],"terminationGracePeriod":"2m"}"""
        );
        await lab.RunAsync();

        List<NodeSmithClaim> claims = await lab.WaitForClaimsAsync("two ready claims", static all => all.Count(AutoscalerLab.IsReady) == 2);

        Assert.Equal(["small-1", "small-2"], claims.Select(static one => one.Metadata.Name).Order());
        Assert.All(
            claims,
            static one =>
                Assert.Equal(
                    (1, "sim", null, "2m", "True"),
                    (
                        one.Status!.LaunchAttempts,
                        one.Status.ProviderRef,
                        one.Status.Lease,
                        one.Spec.TerminationGracePeriod,
                        AutoscalerLab.Status(one, NodeSmithConditions.Launched)
                    )
                )
        );
        Assert.Equal(2, claims.Select(static one => one.Spec.IdempotencyKey).Distinct().Count());
        Node node = await lab.Cluster.GetAsync(Resources.Nodes, claims[0].Status!.NodeName!);
        Assert.Equal(
            ("a", "small", claims[0].Metadata.Uid, claims[0].Status!.ProviderID),
            (
                node.Metadata.Labels!["tier"],
                node.Metadata.Labels[NodeSmithNames.DefaultPoolLabelKey],
                node.Metadata.Annotations![NodeSmithNames.ClaimUidAnnotation],
                node.Spec.ProviderID
            )
        );
        Assert.Contains(node.Spec.Taints!, static one => one is { Key: "dedicated", Value: "batch", Effect: "NoSchedule" });
        NodeSmithPool pool = await lab.Cluster.WaitForAsync(NodeSmithResources.Pools, "small", static one => one.Status?.ReadyNodes == 2);
        Assert.Equal((3, 2), (pool.Status!.NextClaimSequence, pool.Status.Claims));
        Assert.NotNull(pool.Status.LastScaleActivity);

        await lab.DeleteAsync(NodeSmithResources.Pools, "small");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Pools, "small");
        Assert.Empty(await lab.ClaimsAsync());
        Assert.Empty(await lab.MachinesAsync());
        foreach (NodeSmithClaim claim in claims)
            await lab.Cluster.WaitForGoneAsync(Resources.Nodes, claim.Status!.NodeName!);
        // The provider was held while there were claims, and is not any more.
        await lab.DeleteAsync(NodeSmithResources.Providers, "sim");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Providers, "sim");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_is_initialized_without_startup_taints_and_they_are_not_restored(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await lab.AddPoolAsync(template: """{"startupTaints":[{"key":"example.com/agent","effect":"NoSchedule"}]}""");
        await lab.RunAsync();
        await lab.AddClaimAsync("one", """{"poolRef":"small","requirements":{"cpuCores":3,"memoryMiB":3000}}""");

        NodeSmithClaim waiting = await lab.WaitForClaimAsync(
            "one",
            static one => AutoscalerLab.Reason(one, NodeSmithConditions.Initialized) == "StartupTaints"
        );
        Assert.Equal(
            ("True", "False"),
            (AutoscalerLab.Status(waiting, NodeSmithConditions.Registered), AutoscalerLab.Status(waiting, NodeSmithConditions.Ready))
        );
        Node node = await lab.Cluster.GetAsync(Resources.Nodes, waiting.Status!.NodeName!);
        string taints = System.Text.Json.JsonSerializer.Serialize(
            node.Spec.Taints!.Where(static one => one.Key != "example.com/agent")
                .Select(static one => new { key = one.Key, effect = one.Effect })
        );
        await lab.Cluster.Client.PatchAsync(
            Resources.Nodes,
            node.Metadata.Name,
            null,
            Patch.Merge(JsonNode.Parse($$"""{"spec":{"taints":{{taints}} } }""")!.AsObject()),
            null,
            RequestOptions.Default,
            default
        );

        await lab.WaitForClaimAsync("one", AutoscalerLab.IsReady);
        Assert.DoesNotContain(
            (await lab.Cluster.GetAsync(Resources.Nodes, node.Metadata.Name)).Spec.Taints ?? [],
            static one => one.Key == "example.com/agent"
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_machine_follows_the_template_that_its_claim_stored(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await lab.AddPoolAsync(template: """{"labels":{"tier":"a","old":"1"},"taints":[{"key":"old","effect":"NoSchedule"}]}""");
        await lab.AddClaimAsync("one");
        // As of a client that knew a version of the pool that this autoscaler did not.
        ClaimTemplate stored = new(
            "sim",
            new()
            {
                Labels = new() { ["tier"] = "b" },
                Taints = [new() { Key = "new", Effect = "NoSchedule" }],
            }
        );
        var annotations = new JsonObject { [NodeSmithNames.TemplateAnnotation] = stored.ToJson() };
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        await lab.PatchAsync(NodeSmithResources.Claims, "one", patch.ToJsonString());

        await lab.RunAsync();

        NodeSmithClaim ready = await lab.WaitForClaimAsync("one", AutoscalerLab.IsReady);
        Node node = await lab.Cluster.GetAsync(Resources.Nodes, ready.Status!.NodeName!);
        Assert.Equal(("b", false), (node.Metadata.Labels!["tier"], node.Metadata.Labels.ContainsKey("old")));
        Assert.Equal(["new"], node.Spec.Taints!.Select(static one => one.Key).Where(static key => key is "old" or "new"));
        NodeSmithPool pool = await lab.Cluster.GetAsync(NodeSmithResources.Pools, "small");
        Assert.Contains("label tier: b -> a", TemplateDrift.Of(pool, ready, node));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_respects_PDBs_until_the_termination_grace_period_ends(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend);
        Skip.If(!lab.Cluster.HasControllers, "Nobody writes the status of PodDisruptionBudgets.");
        await lab.AddPoolAsync();
        await lab.RunAsync();
        await lab.AddClaimAsync("one", """{"poolRef":"small"}""");
        NodeSmithClaim ready = await lab.WaitForClaimAsync("one", AutoscalerLab.IsReady);
        string node = ready.Status!.NodeName!;
        await lab.Cluster.AddPodAsync("held", node, static pod => pod["metadata"]!["labels"]!["app"] = "held");
        await lab.Cluster.CreateAsync(
            Resources.PodDisruptionBudgets(lab.Cluster.Capabilities.BudgetVersion),
            Manifests.Budget(
                lab.Cluster.Capabilities.BudgetVersion,
                "never",
                new Dictionary<string, string> { ["app"] = "held" },
                "minAvailable",
                1
            )
        );
        await lab.Cluster.WaitForAsync(
            Resources.PodDisruptionBudgets(lab.Cluster.Capabilities.BudgetVersion),
            "never",
            static one => one.Status.ExpectedPods == 1 && one.Status.ObservedGeneration == one.Metadata.Generation
        );

        await lab.DeleteAsync(NodeSmithResources.Claims, "one");

        NodeSmithClaim draining = await lab.WaitForClaimAsync("one", static one => one.Status?.Lease?.Phase == "Draining");
        Assert.True(draining.Status!.Lease!.TimeoutSeconds > 0);
        await lab.Cluster.WaitForAsync(Resources.Nodes, node, static one => one.Spec.Unschedulable == true);
        await Task.Delay(1500);
        Assert.Single(await lab.MachinesAsync());
        Assert.Equal("Running", (await lab.Cluster.GetAsync(Resources.Pods, "held")).Status.Phase);
        // Somebody loses patience: the time counts from the deletion.
        await lab.PatchAsync(NodeSmithResources.Claims, "one", """{"spec":{"terminationGracePeriod":"1s"}}""");

        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, "one");
        Assert.Empty(await lab.MachinesAsync());
        await lab.Cluster.WaitForGoneAsync(Resources.Nodes, node);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_machine_whose_node_never_registers_is_recreated_up_to_three_attempts(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 30, simulated: """{"bootDelay":"24h"}""");
        await lab.AddPoolAsync(fields: "\"registrationTimeout\":\"2s\"");
        var calls = new CountingProvider();
        lab.Wrap = calls.Around;
        await lab.AddClaimAsync("one");
        // Otherwise the plan removes a claim in back-off that no pod requires.
        lab.Wanted = 1;
        await lab.RunAsync();

        NodeSmithClaim failed = await lab.WaitForClaimAsync(
            "one",
            static one => AutoscalerLab.Status(one, NodeSmithConditions.Failed) == "True"
        );

        Assert.Equal(
            (3, null, "RegistrationTimeout"),
            (failed.Status!.LaunchAttempts, failed.Status.ProviderID, AutoscalerLab.Reason(failed, NodeSmithConditions.Failed))
        );
        Assert.Empty(await lab.MachinesAsync());
        Assert.Equal(["first", "destroy", "again", "destroy", "again", "destroy"], calls.Log);
        lab.Wanted = 0;
        await lab.DeleteAsync(NodeSmithResources.Claims, "one");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, "one");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_node_of_a_failed_attempt_is_deleted_before_the_next_machine_takes_its_name(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, simulated: """{"bootDelay":"24h"}""");
        await lab.AddPoolAsync();
        string name = $"late-{lab.Cluster.Id}";
        List<string?> uids = [];
        lab.Wrap = inner => new InterceptedProvider(
            inner,
            static (_, _) => null,
            async call =>
            {
                if (call != "Provision")
                    return null;
                uids.Add((await AddNodeAsync(lab, name, "")).Metadata.Uid);
                // So that the next attempt begins in another second.
                await Task.Delay(1100);
                return uids.Count == 1 ? MachineResult.Ended(MachineOutcome.Failed, "the disk was not resized") : null;
            }
        );
        await lab.RunAsync();
        await lab.AddClaimAsync(name);

        NodeSmithClaim owner = await lab.WaitForClaimAsync(
            name,
            static one => AutoscalerLab.Status(one, NodeSmithConditions.Registered) == "True"
        );

        Assert.Equal((2, name), (owner.Status!.LaunchAttempts, owner.Status.NodeName));
        Assert.Equal(uids[1], (await lab.Cluster.GetAsync(Resources.Nodes, name)).Metadata.Uid);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_older_than_the_machine_or_with_another_id_does_not_belong_to_the_claim(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend);
        await lab.AddPoolAsync();
        string old = $"old-{lab.Cluster.Id}",
            other = $"other-{lab.Cluster.Id}";
        await AddNodeAsync(lab, old, $"simulated://sim/machines/{old}");
        await AddNodeAsync(lab, other, "simulated://elsewhere/machines/x");
        await Task.Delay(1100);
        await lab.RunAsync();
        await lab.AddClaimAsync(old);
        await lab.AddClaimAsync(other);

        NodeSmithClaim aged = await lab.WaitForClaimAsync(
            old,
            static one => AutoscalerLab.Reason(one, NodeSmithConditions.Registered) == "NodeNotOwned"
        );
        NodeSmithClaim foreign = await lab.WaitForClaimAsync(
            other,
            static one => AutoscalerLab.Reason(one, NodeSmithConditions.Registered) == "NodeNotOwned"
        );
        Assert.Contains(
            "older",
            aged.Status!.Conditions!.Find(static one => one.Type == NodeSmithConditions.Registered)!.Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "elsewhere",
            foreign.Status!.Conditions!.Find(static one => one.Type == NodeSmithConditions.Registered)!.Message,
            StringComparison.Ordinal
        );

        await lab.DeleteAsync(NodeSmithResources.Claims, other);
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, other);
        Node kept = await lab.Cluster.GetAsync(Resources.Nodes, other);
        Assert.True(kept.Metadata.Annotations?.ContainsKey(NodeSmithNames.ClaimUidAnnotation) != true && kept.Spec.Unschedulable != true);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_of_a_pool_with_a_custom_label_are_found_by_pool_name(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await lab.AddPoolAsync(min: 1, fields: "\"poolLabelKey\":\"example.com/group\"");
        await lab.RunAsync();
        List<NodeSmithClaim> claims = await lab.WaitForClaimsAsync(
            "a ready claim",
            static all => all is [var only] && AutoscalerLab.IsReady(only)
        );
        NodeManagerSession session = await lab.Cluster.ConnectAsync();

        List<ClusterNode> nodes = [];
        await foreach (
            ClusterNode node in NodeReader.ReadAsync(
                session,
                new() { Pools = ["small"] },
                static error => throw error,
                NullObserver.Instance,
                default
            )
        )
            nodes.Add(node);

        ClusterNode found = Assert.Single(nodes, one => one.Name == claims[0].Status!.NodeName);
        Assert.Equal(
            ("small", "small", false),
            (found.Pool, found.Labels["example.com/group"], found.Labels.ContainsKey(NodeSmithNames.DefaultPoolLabelKey))
        );
        // The lab removes what carries the usual label.
        await lab.DeleteAsync(NodeSmithResources.Pools, "small");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Pools, "small");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_claim_without_its_provider_reports_the_reason_and_is_removed_when_the_provider_returns(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await lab.AddPoolAsync();
        await lab.RunAsync();
        await lab.AddClaimAsync("one");
        await lab.WaitForClaimAsync("one", AutoscalerLab.IsReady);
        NodeSmithProvider provider = await lab.Cluster.GetAsync(NodeSmithResources.Providers, "sim");
        Assert.Contains(NodeSmithNames.Finalizer, provider.Metadata.Finalizers!);
        await lab.DeleteAsync(NodeSmithResources.Providers, "sim");
        await lab.Cluster.WaitForAsync(
            NodeSmithResources.Providers,
            "sim",
            static one => one.Status?.Conditions?.Exists(static c => c.Reason == "InUse") == true
        );
        // Somebody takes the finalizer away.
        await lab.PatchAsync(NodeSmithResources.Providers, "sim", """{"metadata":{"finalizers":null}}""");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Providers, "sim");
        await lab.DeleteAsync(NodeSmithResources.Claims, "one");

        await lab.WaitForClaimAsync("one", static one => AutoscalerLab.Reason(one, NodeSmithConditions.Ready) == "ProviderNotFound");
        Assert.Single(await lab.MachinesAsync());

        await lab.AddProviderAsync();
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, "one");
        Assert.Empty(await lab.MachinesAsync());
    }

    private static Task<Node> AddNodeAsync(AutoscalerLab lab, string name, string id) =>
        lab.Cluster.CreateAsync(
            Resources.Nodes,
            System
                .Text.Json.Nodes.JsonNode.Parse(
                    $$"""{"apiVersion":"v1","kind":"Node","metadata":{"name":"{{name}}","labels":{"test":"{{lab.Cluster.Id}}","topology.kubenodesmith.io/pool":"small"} },"spec":{"providerID":"{{id}}" } }"""
                )!
                .AsObject()
        );

    /// <summary>Notes what is asked of a provider.</summary>
    private sealed class CountingProvider
    {
        private readonly Lock _lock = new();
        private readonly List<string> _log = [];

        public string[] Log
        {
            get
            {
                lock (_lock)
                    return [.. _log];
            }
        }

        public IMachineProvider Around(IMachineProvider inner) =>
            new InterceptedProvider(
                inner,
                (call, isFirst) =>
                {
                    lock (_lock)
                    {
                        if (call == "Provision")
                            _log.Add(isFirst ? "first" : "again");
                        if (call == "Deprovision")
                            _log.Add("destroy");
                    }

                    return null;
                }
            );
    }
}
