using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Forecasts.Assumptions;
using NodeManager.Autoscaling.Forecasts.Explanations;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>Assumed pools and suggestions, read from a cluster: what they promise is what the plan says once the change is made.</summary>
[Collection(AutoscalerLab.InTurn)]
public sealed class WhatIfTests
{
    private const string Pool = "small";

    [SkippableTheory]
    [AllBackends]
    public async Task A_higher_limit_is_assumed_and_nothing_is_written(string backend)
    {
        await using AutoscalerLab lab = await StartAsync(backend);
        NodeManagerSession session = await lab.Cluster.ConnectAsync();
        string? version = (await lab.Cluster.GetAsync(NodeSmithResources.Pools, Pool)).Metadata.ResourceVersion;

        NodeScaleComparison found = await CompareAsync(session, lab, new() { Scaling = new() { MaxNodes = 2 } });

        Assert.Equal([AutoscalerDecision.Create, AutoscalerDecision.Wait], DecisionsOf(found.Before, lab));
        Assert.Equal([AutoscalerDecision.Create, AutoscalerDecision.Create], DecisionsOf(found.After, lab));
        NodeScaleDifference pod = Assert.Single(
            found.Differences,
            one => one.Kind == NodeScaleDifference.Pod && one.Name.StartsWith(lab.Namespace + "/", StringComparison.Ordinal)
        );
        Assert.Equal((AutoscalerDecision.Wait, AutoscalerDecision.Create), (pod.Before, pod.After));
        NodeScaleDifference machine = Assert.Single(found.Differences, static one => one.Kind == NodeScaleDifference.Machine);
        Assert.Equal(($"{Pool}/four", "1", "2"), (machine.Name, machine.Before, machine.After));
        Assert.Equal(version, (await lab.Cluster.GetAsync(NodeSmithResources.Pools, Pool)).Metadata.ResourceVersion);
        Assert.Empty(await lab.ClaimsAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_suggestion_for_a_pod_places_it(string backend)
    {
        await using AutoscalerLab lab = await StartAsync(backend);
        NodeManagerSession session = await lab.Cluster.ConnectAsync();

        IReadOnlyList<NodeScalePlanPod> pods = await ScaleExplainer.ExplainAsync(
            session,
            lab.Namespace,
            [$"{lab.Namespace}/*"],
            NullObserver.Instance,
            default
        );

        NodeScalePlanPod waiting = Assert.Single(pods, static one => one.Decision == AutoscalerDecision.Wait);
        Assert.Equal(AutoscalerReason.NodeLimit, waiting.Reason);
        NodeScaleSuggestion suggestion = waiting.Suggestion!;
        Assert.Equal((Pool, "limits.maxNodes", "1", "2"), (suggestion.Pool, suggestion.Field, suggestion.Before, suggestion.After));
        NodeScaleComparison assumed = await CompareAsync(session, lab, new() { Patch = JsonNode.Parse(suggestion.Patch)!.AsObject() });
        Assert.DoesNotContain(AutoscalerDecision.Wait, DecisionsOf(assumed.After, lab));

        await lab.PatchAsync(NodeSmithResources.Pools, Pool, $$"""{"spec":{{suggestion.Patch}} }""");
        NodeScalePlan plan = await ScalePlanReader.PlanAsync(session, lab.Namespace, NullObserver.Instance, default);
        Assert.Equal(DecisionsOf(assumed.After, lab), DecisionsOf(plan, lab));
        Assert.Equal(2, plan.Machines.Count);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_suggestion_for_a_node_allows_its_removal(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await lab.AddPoolAsync(min: 1);
        await lab.RunAsync();
        NodeSmithClaim claim = (
            await lab.WaitForClaimsAsync("a ready claim", static all => all.Count(AutoscalerLab.IsReady) == 1)
        ).Single();
        NodeManagerSession session = await lab.Cluster.ConnectAsync();

        NodeScalePlanNode kept = Assert.Single(
            await ScaleExplainer.ExplainNodesAsync(session, lab.Namespace, [claim.Metadata.Name], NullObserver.Instance, default)
        );

        Assert.Equal((AutoscalerDecision.Keep, AutoscalerReason.MinNodes), (kept.Decision, kept.Reason));
        NodeScaleSuggestion suggestion = kept.Suggestion!;
        Assert.Equal(("limits.minNodes", "1", "0"), (suggestion.Field, suggestion.Before, suggestion.After));
        NodeScaleComparison assumed = await CompareAsync(session, lab, new() { Patch = JsonNode.Parse(suggestion.Patch)!.AsObject() });
        NodeScaleDifference node = Assert.Single(assumed.Differences, static one => one.Kind == NodeScaleDifference.Node);
        Assert.Equal((claim.Status!.NodeName, AutoscalerDecision.Remove), (node.Name, node.After));
    }

    // A pool for one node, and two pods that each need one of its nodes.
    private static async Task<AutoscalerLab> StartAsync(string backend)
    {
        AutoscalerLab lab = await AutoscalerLab.StartAsync(backend);
        try
        {
            Skip.If(!lab.Cluster.HasControllers, "KUBEBUILDER_ASSETS has no kube-controller-manager and kube-scheduler");
            await lab.AddPoolAsync(
                max: 1,
                template: $$$"""{"labels":{"test":"{{{lab.Cluster.Id}}}"},"shapes":[{"name":"four","cpuCores":4,"memoryMiB":8192}]}"""
            );
            foreach (string name in (string[])["one", "two"])
                await lab.Cluster.CreateAsync(
                    Resources.Pods,
                    new()
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "Pod",
                        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = lab.Namespace },
                        ["spec"] = JsonNode.Parse(
                            $$$"""
                            {
                              "nodeSelector": { "test": "{{{lab.Cluster.Id}}}" },
                              "containers": [{ "name": "c", "image": "example", "resources": { "requests": { "cpu": "3" } } }]
                            }
                            """
                        ),
                    }
                );
            await lab.Cluster.WaitForPodsAsync(
                "two unschedulable pods",
                null,
                static pods =>
                    pods.Count(static pod =>
                        pod.Status.Conditions?.Exists(static one => one is { Type: "PodScheduled", Reason: "Unschedulable" }) == true
                    ) == 2
            );
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    private static Task<NodeScaleComparison> CompareAsync(NodeManagerSession session, AutoscalerLab lab, PoolChange change) =>
        ScaleWhatIf.CompareAsync(
            session,
            lab.Namespace,
            new Dictionary<string, PoolChange> { [Pool] = change },
            NullObserver.Instance,
            default
        );

    private static IEnumerable<string> DecisionsOf(NodeScalePlan plan, AutoscalerLab lab) =>
        plan.Pods.Where(pod => pod.Namespace == lab.Namespace).Select(static pod => pod.Decision).Order(StringComparer.Ordinal);
}
