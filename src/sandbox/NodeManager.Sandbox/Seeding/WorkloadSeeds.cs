using System.Globalization;
using NodeManager.Sandbox.Controllers.DaemonSets;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Creates workloads other than Deployments with their pods.</summary>
internal sealed class WorkloadSeeds(SeedWriter writer, PodSeeds pods, BudgetSeeds budgets, int seed)
{
    private const int PodsOfDocument = 20;

    private readonly VolumeSeeds _volumes = new(writer, seed);

    public void StatefulSet(Workload workload)
    {
        TimeSpan age = workload.Age(60, 120, seed);
        PodTimes times = pods.Times(age * 0.5);
        JsonObject claim = new()
        {
            ["metadata"] = new JsonObject { ["name"] = "data" },
            ["spec"] = new JsonObject
            {
                ["accessModes"] = new JsonArray("ReadWriteOnce"),
                ["storageClassName"] = VolumeSeeds.StorageClass,
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = workload.VolumeSize } },
            },
        };
        StoredObject set = writer.Add(
            BuiltInKinds.StatefulSets,
            workload.Namespace,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = workload.Name, ["labels"] = WorkloadTemplates.Labels(workload) },
                ["spec"] = new JsonObject
                {
                    ["replicas"] = workload.Replicas,
                    ["serviceName"] = workload.Name,
                    ["selector"] = new JsonObject { ["matchLabels"] = WorkloadTemplates.Labels(workload) },
                    ["template"] = WorkloadTemplates.Template(workload),
                    ["volumeClaimTemplates"] = new JsonArray(claim.DeepClone()),
                },
                ["status"] = new JsonObject { ["replicas"] = workload.Replicas },
            },
            age
        );
        JsonObject template = set.ToJson()["spec"]!["template"]!.AsObject();
        string hash = $"{workload.Name}-{PodTemplates.Hash(template)}";
        for (int ordinal = 0; ordinal < workload.Replicas; ordinal++)
        {
            if (pods.Next(workload) is not { } node)
                break;
            string name = string.Create(CultureInfo.InvariantCulture, $"{workload.Name}-{ordinal}");
            JsonObject pod = PodTemplates.MakePod(set, template, name);
            PodTemplates.Label(pod, PodTemplates.RevisionLabel, hash);
            PodTemplates.Label(pod, "statefulset.kubernetes.io/pod-name", name);
            pod["spec"]!["hostname"] = name;
            pod["spec"]!["subdomain"] = workload.Name;
            pod["spec"]!.AsObject().Ensure("volumes");
            pod["spec"]!["volumes"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "data",
                    ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"data-{name}" },
                }
            );
            _volumes.Add(workload, WorkloadTemplates.Labels(workload), claim, $"data-{name}", node, age);
            pods.Run(workload, node, pod, times);
        }
        if (workload.HasBudget)
            writer.Add(BuiltInKinds.PodDisruptionBudgets, workload.Namespace, budgets.Document(workload, writer.Ago(age * 0.9)), age);
    }

    public void DaemonSet(Workload workload, IEnumerable<SeedNode> nodes)
    {
        TimeSpan age = TimeSpan.FromDays(200);
        JsonObject template = WorkloadTemplates.Template(workload);
        template["spec"]!["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" });
        StoredObject set = writer.Add(
            BuiltInKinds.DaemonSets,
            workload.Namespace,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = workload.Name, ["labels"] = WorkloadTemplates.Labels(workload) },
                ["spec"] = new JsonObject
                {
                    ["selector"] = new JsonObject { ["matchLabels"] = WorkloadTemplates.Labels(workload) },
                    ["template"] = template,
                },
                ["status"] = new JsonObject(),
            },
            age
        );
        JsonObject podTemplate = DaemonSetController.MakeTemplate(set.ToJson());
        List<(SeedNode Node, PodTexts Texts)> placed = pods.Place(workload, nodes);
        PodTimes times = pods.Times(TimeSpan.FromDays(9));
        writer.Later(placed.Count / PodsOfDocument, () => pods.Make(workload, placed, workload.Name, Make, times));

        JsonObject Make(string name, string node)
        {
            JsonObject pod = DaemonSetController.MakePod(set, podTemplate, node);
            pod["metadata"]!.AsObject().Remove("generateName");
            pod["metadata"]!["name"] = name;
            return pod;
        }
    }

    /// <summary>A mirror pod, as for control planes.</summary>
    public void MirrorPod(Workload workload, SeedNode node) =>
        pods.Run(
            workload,
            node,
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = $"{workload.Name}-{node.Stored.Name}",
                    ["labels"] = new JsonObject { ["component"] = workload.Name, ["tier"] = "control-plane" },
                    ["annotations"] = new JsonObject
                    {
                        ["kubernetes.io/config.hash"] = $"{StableHash.Of(node.Stored.Name + workload.Name):x8}",
                        ["kubernetes.io/config.mirror"] = $"{StableHash.Of(node.Stored.Name + workload.Name):x8}",
                        ["kubernetes.io/config.source"] = "file",
                    },
                    ["ownerReferences"] = new JsonArray(NodeReference(node)),
                },
                ["spec"] = WorkloadTemplates.Spec(
                    workload with
                    {
                        IsOnHostNetwork = true,
                        PriorityClass = "system-node-critical",
                    },
                    new JsonArray(new JsonObject { ["operator"] = "Exists", ["effect"] = "NoExecute" })
                ),
            },
            pods.Times(TimeSpan.FromDays(40))
        );

    public void UnmanagedPod(Workload workload)
    {
        if (pods.Next(workload) is { } node)
            pods.Run(
                workload,
                node,
                new()
                {
                    ["metadata"] = new JsonObject
                    {
                        ["name"] = workload.Name,
                        ["labels"] = new JsonObject { ["run"] = workload.Name },
                    },
                    ["spec"] = WorkloadTemplates.Spec(workload, WorkloadTemplates.NodeOutageTolerations()),
                },
                pods.Times(TimeSpan.FromHours(5))
            );
    }

    /// <summary>A completed Job with its pod.</summary>
    public void Job(Workload workload, TimeSpan age)
    {
        if (pods.Next(workload) is not { } node)
            return;
        JsonObject template = WorkloadTemplates.Template(workload);
        template["spec"]!["restartPolicy"] = "Never";
        JsonObject status = new()
        {
            ["startTime"] = writer.Ago(age),
            ["completionTime"] = writer.Ago(age - TimeSpan.FromMinutes(4)),
            ["succeeded"] = 1,
        };
        status.SetCondition("Complete", "True", writer.Ago(age - TimeSpan.FromMinutes(4)));
        StoredObject job = writer.Add(
            BuiltInKinds.Jobs,
            workload.Namespace,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = workload.Name, ["labels"] = WorkloadTemplates.Labels(workload) },
                ["spec"] = new JsonObject { ["template"] = template },
                ["status"] = status,
            },
            age
        );
        JsonObject pod = PodTemplates.MakePod(job, job.ToJson()["spec"]!["template"]!.AsObject(), $"{workload.Name}-{writer.NextSuffix()}");
        PodTemplates.Label(pod, "job-name", job.Name);
        pods.Run(workload, node, pod, pods.Times(age), "Succeeded");
    }

    private static JsonObject NodeReference(SeedNode node)
    {
        JsonObject reference = PodTemplates.Reference(node.Stored, isController: false);
        reference["controller"] = true;
        return reference;
    }
}
