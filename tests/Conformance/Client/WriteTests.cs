using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Client;

public sealed class WriteTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_created_object_can_be_read(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        var lease = new Lease
        {
            Metadata = new()
            {
                Name = "one",
                Labels = new() { ["tier"] = "gold" },
            },
            Spec = new() { HolderIdentity = "me" },
        };

        Lease created = await cluster.Client.CreateAsync(Resources.Leases, lease, cluster.Namespace, RequestOptions.Default, default);
        Lease read = await cluster.GetAsync(Resources.Leases, "one");

        Assert.NotEmpty(created.Metadata.Uid!);
        Assert.NotNull(created.Metadata.CreationTimestamp);
        Assert.Equal(cluster.Namespace, created.Metadata.Namespace);
        Assert.Equal((created.Metadata.Uid, created.Metadata.ResourceVersion), (read.Metadata.Uid, read.Metadata.ResourceVersion));
        Assert.Equal(("me", "gold"), (read.Spec.HolderIdentity, read.Metadata.Labels!["tier"]));
        Assert.Equal(("coordination.k8s.io/v1", "Lease"), (read.ApiVersion, read.Kind));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_server_completes_a_generated_name(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        var lease = new JsonObject
        {
            ["metadata"] = new JsonObject { ["generateName"] = "run-" },
            ["spec"] = new JsonObject(),
        };

        Lease first = await cluster.CreateAsync(Resources.Leases, lease);
        Lease second = await cluster.CreateAsync(Resources.Leases, lease);

        Assert.Matches("^run-[a-z0-9]{5}$", first.Metadata.Name);
        Assert.NotEqual(first.Metadata.Name, second.Metadata.Name);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Unknown_fields_are_reported_by_name(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        KubernetesException node = await Refusal.OfAsync(
            HttpStatusCode.NotFound,
            "NotFound",
            () => cluster.Client.GetAsync(Resources.Nodes, "no-such", null, default)
        );
        KubernetesException lease = await Refusal.OfAsync(
            HttpStatusCode.NotFound,
            "NotFound",
            () => cluster.GetAsync(Resources.Leases, "no-such")
        );

        Assert.Equal("nodes \"no-such\" not found", node.Message);
        Assert.Equal(("GET", "/api/v1/nodes/no-such"), (node.Method, node.Path));
        Assert.Equal("leases.coordination.k8s.io \"no-such\" not found", lease.Message);
        Assert.Equal(
            ("no-such", "coordination.k8s.io", "leases"),
            (lease.Status!.Details!.Name, lease.Status.Details.Group, lease.Status.Details.Kind)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_duplicate_name_is_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.CreateAsync(Resources.Leases, Lease("one"));

        KubernetesException e = await Refusal.OfAsync(
            HttpStatusCode.Conflict,
            "AlreadyExists",
            () => cluster.CreateAsync(Resources.Leases, Lease("one"))
        );

        Assert.Equal("leases.coordination.k8s.io \"one\" already exists", e.Message);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_invalid_object_is_refused_with_the_field(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        KubernetesException name = await Refusal.OfAsync(
            HttpStatusCode.UnprocessableEntity,
            "Invalid",
            () => cluster.CreateAsync(Resources.Leases, Lease("Not_A_Name"))
        );
        KubernetesException label = await Refusal.OfAsync(
            HttpStatusCode.UnprocessableEntity,
            "Invalid",
            () =>
                cluster.CreateAsync(
                    Resources.Nodes,
                    Manifests.Node("node-" + cluster.Id, new Dictionary<string, string> { ["bad key"] = "x" })
                )
        );

        Assert.Contains(name.Status!.Details!.Causes!, c => c.Field == "metadata.name");
        Assert.Contains(label.Status!.Details!.Causes!, c => c.Field == "metadata.labels");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_dry_run_returns_the_object_and_stores_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Lease stored = await cluster.CreateAsync(Resources.Leases, Lease("stored"));
        var dryRun = new RequestOptions { DryRun = true };

        Lease created = await cluster.Client.CreateAsync(
            Resources.Leases,
            new() { Metadata = new() { Name = "dry" } },
            cluster.Namespace,
            dryRun,
            default
        );
        Lease patched = await cluster.Client.PatchAsync(
            Resources.Leases,
            "stored",
            cluster.Namespace,
            Kubernetes.Patching.Patch.Merge(new() { ["spec"] = new JsonObject { ["holderIdentity"] = "me" } }),
            null,
            dryRun,
            default
        );
        await cluster.Client.DeleteAsync(Resources.Leases, "stored", cluster.Namespace, new() { DryRun = ["All"] }, default);

        Assert.Equal(("dry", "me"), (created.Metadata.Name, patched.Spec.HolderIdentity));
        Assert.False(await cluster.ExistsAsync(Resources.Leases, "dry"));
        Lease after = await cluster.GetAsync(Resources.Leases, "stored");
        Assert.Equal((stored.Metadata.ResourceVersion, null), (after.Metadata.ResourceVersion, after.Spec.HolderIdentity));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_namespace_refuses_new_objects(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        await Refusal.OfAsync(
            HttpStatusCode.NotFound,
            "NotFound",
            () => cluster.CreateAsync(Resources.Leases, Lease("one"), "no-such-namespace")
        );
    }

    private static JsonObject Lease(string name) =>
        new()
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject(),
        };
}
