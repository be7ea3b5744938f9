using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Client;

public sealed class ListTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_list_in_pages_has_every_object_once_and_in_order(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string[] names = ["a", "b", "c", "d", "e"];
        foreach (string name in names)
            await cluster.CreateAsync(Resources.Leases, LeaseOf(name));
        var pagesOfTwo = new ListOptions { Namespace = cluster.Namespace, PageSize = 2 };

        KubernetesList<Lease> list = await cluster.Client.ListAsync(Resources.Leases, pagesOfTwo, default);
        var pages = new List<int>();
        await foreach (KubernetesList<Lease> page in cluster.Client.ListPagesAsync(Resources.Leases, pagesOfTwo, default))
            pages.Add(page.Items.Count);

        Assert.Equal(names, list.Items.Select(l => l.Metadata.Name));
        Assert.Equal([2, 2, 1], pages);
        Assert.NotEmpty(list.Metadata.ResourceVersion!);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_paged_list_has_one_resourceVersion_despite_new_objects(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        foreach (string name in (string[])["a", "b", "d"])
            await cluster.CreateAsync(Resources.Leases, LeaseOf(name));
        var seen = new List<string>();

        await foreach (
            KubernetesList<Lease> page in cluster.Client.ListPagesAsync(
                Resources.Leases,
                new() { Namespace = cluster.Namespace, PageSize = 2 },
                default
            )
        )
        {
            seen.AddRange(page.Items.Select(l => l.Metadata.Name));
            if (seen.Count == 2)
                await cluster.CreateAsync(Resources.Leases, LeaseOf("c"));
        }

        Assert.Equal(["a", "b", "d"], seen);
    }

    [SkippableTheory]
    [AllBackends("tier=gold", "gold")]
    [AllBackends("tier==gold", "gold")]
    [AllBackends("tier!=gold", "none,silver")]
    [AllBackends("tier in (gold, silver)", "gold,silver")]
    [AllBackends("tier notin (gold)", "none,silver")]
    [AllBackends("tier", "gold,silver")]
    [AllBackends("!tier", "none")]
    [AllBackends("tier,tier!=silver", "gold")]
    [AllBackends("tier=copper", "")]
    public async Task Label_selectors_are_evaluated_by_the_server(string backend, string selector, string expected)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.CreateAsync(Resources.Leases, LeaseOf("gold", "gold"));
        await cluster.CreateAsync(Resources.Leases, LeaseOf("silver", "silver"));
        await cluster.CreateAsync(Resources.Leases, LeaseOf("none"));

        KubernetesList<Lease> list = await cluster.Client.ListAsync(
            Resources.Leases,
            new() { Namespace = cluster.Namespace, LabelSelector = selector },
            default
        );

        Assert.Equal(expected, string.Join(',', list.Items.Select(l => l.Metadata.Name)));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_are_found_by_node_phase_and_name(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddPodAsync("one", nodes[0]);
        await cluster.AddPodAsync("two", nodes[1]);
        await cluster.AddPodAsync("late", nodes[1], p => p.Annotate("fake-kubelet/start-delay", "600"), "Pending");

        Assert.Equal("one", await NamesAsync($"spec.nodeName={nodes[0]}"));
        Assert.Equal("two", await NamesAsync($"spec.nodeName={nodes[1]},status.phase=Running"));
        Assert.Equal("late,two", await NamesAsync($"spec.nodeName!={nodes[0]}"));
        Assert.Equal("late", await NamesAsync("metadata.name=late"));

        async Task<string> NamesAsync(string selector)
        {
            var options = new ListOptions { Namespace = cluster.Namespace, FieldSelector = selector };
            KubernetesList<Pod> list = await cluster.Client.ListAsync(Resources.Pods, options, default);
            return string.Join(',', list.Items.Select(p => p.Metadata.Name));
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_are_found_by_spec_unschedulable(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2, ready: false);
        await cluster.Client.PatchAsync(
            Resources.Nodes,
            nodes[1],
            null,
            Patch.Merge(new() { ["spec"] = new JsonObject { ["unschedulable"] = true } }),
            null,
            RequestOptions.Default,
            default
        );

        KubernetesList<Node> cordoned = await cluster.Client.ListAsync(
            Resources.Nodes,
            new() { LabelSelector = cluster.Selector, FieldSelector = "spec.unschedulable=true" },
            default
        );

        Assert.Equal([nodes[1]], cordoned.Items.Select(n => n.Metadata.Name));
    }

    [SkippableTheory]
    [AllBackends("metadata.labels=x", null)]
    [AllBackends("spec.serviceName=x", null)]
    [AllBackends(null, "tier in gold")]
    [AllBackends(null, "-tier=gold")]
    public async Task Invalid_selectors_are_refused(string backend, string? fields, string? labels)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        var options = new ListOptions
        {
            Namespace = cluster.Namespace,
            FieldSelector = fields,
            LabelSelector = labels,
        };

        await Refusal.OfAsync(HttpStatusCode.BadRequest, "BadRequest", () => cluster.Client.ListAsync(Resources.Pods, options, default));
    }

    private static JsonObject LeaseOf(string name, string? tier = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (tier is not null)
            metadata["labels"] = new JsonObject { ["tier"] = tier };
        return new()
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject(),
        };
    }
}
