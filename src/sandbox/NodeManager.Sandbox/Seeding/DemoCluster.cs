using System.Globalization;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Kubelet;

namespace NodeManager.Sandbox.Seeding;

/// <summary>
/// The seeded demo cluster: a shop with payments, a database with volumes, monitoring, GPUs; one silent node, one cordoned node, one PDB
/// without allowed disruptions. More nodes have more workloads, about ten pods per node.
/// </summary>
internal static class DemoCluster
{
    private const int PodsPerNode = 10;

    // In larger clusters images appear with the next node status, because they would prolong the start by half.
    private const int NodesWithImages = 100;

    /// <param name="nodes">At least 1.</param>
    public static void Write(ResourceRegistry registry, int nodes, int seed, int minorVersion)
    {
        SeedWriter writer = new(registry, seed);
        int surplus =
            (nodes * (PodsPerNode - DemoWorkloads.DaemonSets.Count)) - DemoWorkloads.Deployments.Sum(workload => workload.Replicas);
        IEnumerable<string> namespaces =
            nodes > 20 ? DemoWorkloads.Namespaces.Concat(DemoWorkloads.MoreNamespaces) : DemoWorkloads.Namespaces;
        foreach (string name in namespaces.Order(StringComparer.Ordinal))
            Namespace(writer, name);
        // As deploy/node-shell.yaml creates it, for commands on nodes.
        Namespace(writer, "nodemanager-node-shell", new() { ["pod-security.kubernetes.io/enforce"] = "privileged" });
        StorageClass(writer);

        List<SeedNode> all = new NodeSeeds(writer, seed, minorVersion).Write(nodes);
        PodSeeds pods = new(writer, new(all), minorVersion);
        BudgetSeeds budgets = new(minorVersion);
        DeploymentSeeds deployments = new(writer, pods, budgets, seed, minorVersion);
        WorkloadSeeds workloads = new(writer, pods, budgets, seed);
        foreach (Workload daemon in DemoWorkloads.DaemonSets)
            workloads.DaemonSet(Versioned(daemon, minorVersion), all);
        foreach (SeedNode node in all.Where(node => node.Pool == SeedPool.ControlPlane))
        foreach (Workload component in DemoWorkloads.ControlPlane)
            workloads.MirrorPod(Versioned(component, minorVersion), node);
        foreach (Workload set in DemoWorkloads.StatefulSets)
            workloads.StatefulSet(set);
        foreach (Workload deployment in DemoWorkloads.Deployments)
            deployments.Add(deployment);
        workloads.UnmanagedPod(new("shop", "debug-shell", 1, "docker.io/library/busybox:1.37", 50, 64));
        foreach (int days in (ReadOnlySpan<int>)[2, 1])
            workloads.Job(
                new("batch", $"nightly-report-{days}", 1, "registry.example.com/batch/report:2.2.0", 500, 512),
                TimeSpan.FromDays(days) - TimeSpan.FromHours(4)
            );
        if (nodes > 20)
            foreach (Workload deployment in DemoWorkloads.More(surplus, seed))
                deployments.AddAlike(deployment);
        SchedulerSeed.Write(writer, deployments, minorVersion);
        writer.Finish();
        foreach (SeedNode node in nodes <= NodesWithImages ? all : [])
            registry.UpdateStatus(BuiltInKinds.Nodes, "", node.Stored.Name, document => Held(registry, document, node.Stored.Name));
    }

    private static JsonObject Held(ResourceRegistry registry, JsonObject node, string name)
    {
        HeldImages.Add(node.Ensure("status"), registry.Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", name));
        return node;
    }

    /// <summary>Kubernetes' own images have the cluster's version.</summary>
    private static Workload Versioned(Workload workload, int minorVersion) =>
        workload with
        {
            Image = workload.Image.Replace(
                ":v1.37.2",
                string.Create(CultureInfo.InvariantCulture, $":v1.{minorVersion}.2"),
                StringComparison.Ordinal
            ),
        };

    private static void Namespace(SeedWriter writer, string name, JsonObject? labels = null)
    {
        labels ??= [];
        labels["kubernetes.io/metadata.name"] = name;
        writer.Add(
            BuiltInKinds.Namespaces,
            "",
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels },
                ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") },
                ["status"] = new JsonObject { ["phase"] = "Active" },
            },
            TimeSpan.FromDays(210)
        );
    }

    private static void StorageClass(SeedWriter writer) =>
        writer.Add(
            BuiltInKinds.StorageClasses,
            "",
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = "gp3",
                    ["annotations"] = new JsonObject { ["storageclass.kubernetes.io/is-default-class"] = "true" },
                },
                ["provisioner"] = "ebs.csi.aws.com",
                ["parameters"] = new JsonObject { ["type"] = "gp3" },
                ["reclaimPolicy"] = "Delete",
                ["volumeBindingMode"] = "WaitForFirstConsumer",
                ["allowVolumeExpansion"] = true,
            },
            TimeSpan.FromDays(210)
        );
}
