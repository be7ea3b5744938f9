using System.Globalization;
using NodeManager.Sandbox.Controllers.Budgets;
using NodeManager.Sandbox.Controllers.DaemonSets;
using NodeManager.Sandbox.Controllers.Deployments;
using NodeManager.Sandbox.Controllers.ReplicaSets;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Kubelet.Pods;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Creates workloads with bound, running pods.</summary>
internal sealed class WorkloadSeeds(SeedWriter writer, PodPlacer placer, int seed, int minorVersion)
{
    private const string NameLabel = "app.kubernetes.io/name";
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    // Deployment, ReplicaSet, PDB and the model pod.
    private const int DocumentsOfDeployment = 4;
    private const int PodsOfDocument = 20;

    private readonly VolumeSeeds _volumes = new(writer, seed);

    /// <param name="adjust">Completes the pod template.</param>
    public void Deployment(Workload workload, Action<JsonObject>? adjust = null)
    {
        string uid = writer.NextUid(),
            setUid = writer.NextUid();
        List<(SeedNode Node, PodTexts Texts)> pods = Place(
            workload,
            Enumerable.Range(0, workload.Replicas).Select(_ => placer.Next(workload)).OfType<SeedNode>()
        );
        string? budgetUid = HasBudget(workload) ? writer.NextUid() : null;
        writer.Later(DocumentsOfDeployment, () => MakeDeployment(workload, adjust, uid, setUid, budgetUid, pods));
    }

    private IEnumerable<StoredObject> MakeDeployment(
        Workload workload,
        Action<JsonObject>? adjust,
        string uid,
        string setUid,
        string? budgetUid,
        List<(SeedNode Node, PodTexts Texts)> nodes
    )
    {
        JsonObject pods = Template(workload);
        adjust?.Invoke(pods);
        TimeSpan age = Age(workload, 3, 40);
        JsonObject selector = new() { ["matchLabels"] = Labels(workload) };
        JsonObject document = new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = workload.Name,
                ["labels"] = Labels(workload),
                ["annotations"] = new JsonObject { [RevisionAnnotations.Revision] = "1" },
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = workload.Replicas,
                ["selector"] = selector,
                ["template"] = pods,
            },
        };
        writer.Default(BuiltInKinds.Deployments, document);
        JsonObject template = document["spec"]!["template"]!.DeepClone().AsObject();
        string hash = PodTemplates.Hash(template);
        JsonObject ownSelector = selector.DeepClone().AsObject();
        document["status"] = RolledOut(workload, $"{workload.Name}-{hash}", age);
        StoredObject deployment = writer.Make(BuiltInKinds.Deployments, workload.Namespace, document, uid, age);
        yield return deployment;
        PodTemplates.Label(template, PodTemplates.HashLabel, hash);
        ownSelector["matchLabels"]![PodTemplates.HashLabel] = hash;
        StoredObject set = MakeReplicaSet(workload, deployment, template, ownSelector, setUid, age);
        yield return set;
        foreach (StoredObject pod in Pods(workload, nodes, set.Name, (name, _) => PodTemplates.MakePod(set, template, name), age * 0.9))
            yield return pod;
        if (budgetUid is not null)
            yield return writer.Make(BuiltInKinds.PodDisruptionBudgets, workload.Namespace, Budget(workload, age), budgetUid, age);
    }

    private StoredObject MakeReplicaSet(
        Workload workload,
        StoredObject deployment,
        JsonObject template,
        JsonObject selector,
        string uid,
        TimeSpan age
    )
    {
        JsonObject annotations = new() { [RevisionAnnotations.Revision] = "1" };
        RevisionAnnotations.SetSize(annotations, workload.Replicas, workload.Replicas + RollingUpdate.Of(workload.Replicas, null).MaxSurge);
        return writer.Make(
            BuiltInKinds.ReplicaSets,
            workload.Namespace,
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = $"{workload.Name}-{template["metadata"]!["labels"]![PodTemplates.HashLabel]}",
                    ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                    ["annotations"] = annotations,
                    ["ownerReferences"] = new JsonArray(PodTemplates.Reference(deployment)),
                },
                ["spec"] = new JsonObject
                {
                    ["replicas"] = workload.Replicas,
                    ["selector"] = selector,
                    ["template"] = template.DeepClone(),
                },
                ["status"] = WorkloadStatus(
                    new()
                    {
                        ["replicas"] = workload.Replicas,
                        ["fullyLabeledReplicas"] = workload.Replicas,
                        ["readyReplicas"] = workload.Replicas,
                        ["availableReplicas"] = workload.Replicas,
                        ["observedGeneration"] = 1,
                    }
                ),
            },
            uid,
            age
        );
    }

    public void StatefulSet(Workload workload)
    {
        TimeSpan age = Age(workload, 60, 120);
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
                ["metadata"] = new JsonObject { ["name"] = workload.Name, ["labels"] = Labels(workload) },
                ["spec"] = new JsonObject
                {
                    ["replicas"] = workload.Replicas,
                    ["serviceName"] = workload.Name,
                    ["selector"] = new JsonObject { ["matchLabels"] = Labels(workload) },
                    ["template"] = Template(workload),
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
            if (placer.Next(workload) is not { } node)
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
            _volumes.Add(workload, Labels(workload), claim, $"data-{name}", node, age);
            Run(workload, node, pod, age * 0.5);
        }
        if (HasBudget(workload))
            writer.Add(BuiltInKinds.PodDisruptionBudgets, workload.Namespace, Budget(workload, age), age);
    }

    public void DaemonSet(Workload workload, IEnumerable<SeedNode> nodes)
    {
        TimeSpan age = TimeSpan.FromDays(200);
        JsonObject template = Template(workload);
        template["spec"]!["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" });
        StoredObject set = writer.Add(
            BuiltInKinds.DaemonSets,
            workload.Namespace,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = workload.Name, ["labels"] = Labels(workload) },
                ["spec"] = new JsonObject
                {
                    ["selector"] = new JsonObject { ["matchLabels"] = Labels(workload) },
                    ["template"] = template,
                },
                ["status"] = new JsonObject(),
            },
            age
        );
        JsonObject podTemplate = DaemonSetController.MakeTemplate(set.ToJson());
        List<(SeedNode Node, PodTexts Texts)> pods = Place(workload, nodes);
        writer.Later(pods.Count / PodsOfDocument, () => Pods(workload, pods, workload.Name, Make, TimeSpan.FromDays(9)));

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
        Run(
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
                ["spec"] = Spec(
                    workload with
                    {
                        IsOnHostNetwork = true,
                        PriorityClass = "system-node-critical",
                    },
                    new JsonArray(new JsonObject { ["operator"] = "Exists", ["effect"] = "NoExecute" })
                ),
            },
            TimeSpan.FromDays(40)
        );

    public void UnmanagedPod(Workload workload)
    {
        if (placer.Next(workload) is { } node)
            Run(
                workload,
                node,
                new()
                {
                    ["metadata"] = new JsonObject
                    {
                        ["name"] = workload.Name,
                        ["labels"] = new JsonObject { ["run"] = workload.Name },
                    },
                    ["spec"] = Spec(workload, NodeOutageTolerations()),
                },
                TimeSpan.FromHours(5)
            );
    }

    /// <summary>A completed Job with its pod.</summary>
    public void Job(Workload workload, TimeSpan age)
    {
        if (placer.Next(workload) is not { } node)
            return;
        JsonObject template = Template(workload);
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
                ["metadata"] = new JsonObject { ["name"] = workload.Name, ["labels"] = Labels(workload) },
                ["spec"] = new JsonObject { ["template"] = template },
                ["status"] = status,
            },
            age
        );
        JsonObject pod = PodTemplates.MakePod(job, job.ToJson()["spec"]!["template"]!.AsObject(), $"{workload.Name}-{writer.NextSuffix()}");
        PodTemplates.Label(pod, "job-name", job.Name);
        Run(workload, node, pod, age, "Succeeded");
    }

    // With the status of a completed rollout, so that the controller need not write thousands at the start.
    private JsonObject RolledOut(Workload workload, string set, TimeSpan age)
    {
        JsonObject status = WorkloadStatus(
            new()
            {
                ["observedGeneration"] = 1,
                ["replicas"] = workload.Replicas,
                ["updatedReplicas"] = workload.Replicas,
                ["readyReplicas"] = workload.Replicas,
                ["availableReplicas"] = workload.Replicas,
            }
        );
        string since = writer.Ago(age * 0.9);
        status.SetCondition("Available", "True", since, "MinimumReplicasAvailable", "Deployment has minimum availability.");
        status.SetCondition("Progressing", "True", since, "NewReplicaSetAvailable", $"ReplicaSet \"{set}\" has successfully progressed.");
        foreach (JsonNode? condition in status["conditions"]!.AsArray())
            condition!["lastUpdateTime"] = since;
        return status;
    }

    private JsonObject WorkloadStatus(JsonObject status)
    {
        if (minorVersion >= ReplicaSetController.TerminatingFrom)
            status["terminatingReplicas"] = 0;
        return status;
    }

    private static JsonObject Labels(Workload workload) => new() { [NameLabel] = workload.Name };

    private static JsonObject NodeReference(SeedNode node)
    {
        JsonObject reference = PodTemplates.Reference(node.Stored, isController: false);
        reference["controller"] = true;
        return reference;
    }

    /// <summary>The tolerations that the admission plugin adds.</summary>
    private static JsonArray NodeOutageTolerations() =>
        [
            new JsonObject
            {
                ["key"] = "node.kubernetes.io/not-ready",
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = 300,
            },
            new JsonObject
            {
                ["key"] = "node.kubernetes.io/unreachable",
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = 300,
            },
        ];

    private static JsonObject Template(Workload workload)
    {
        JsonArray? tolerations =
            workload.Gpus > 0
                ?
                [
                    new JsonObject
                    {
                        ["key"] = "nvidia.com/gpu",
                        ["operator"] = "Exists",
                        ["effect"] = "NoSchedule",
                    },
                ]
                : null;
        return new()
        {
            ["metadata"] = new JsonObject { ["labels"] = Labels(workload) },
            ["spec"] = Spec(workload, tolerations),
        };
    }

    private static JsonObject Spec(Workload workload, JsonArray? tolerations)
    {
        JsonObject requests = new() { ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{workload.Millicores}m") };
        JsonObject limits = [];
        foreach (
            (string name, int amount, string unit) in ((string, int, string)[])
                [("memory", workload.Mebibytes, "Mi"), ("nvidia.com/gpu", workload.Gpus, "")]
        )
        {
            if (amount == 0)
                continue;
            requests[name] = string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}");
            limits[name] = string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}");
        }
        JsonObject container = new()
        {
            ["name"] = workload.Name,
            ["image"] = workload.Image,
            ["resources"] = new JsonObject { ["limits"] = limits, ["requests"] = requests },
        };
        JsonObject spec = new() { ["containers"] = new JsonArray(container), ["serviceAccountName"] = workload.Name };
        if (workload.IsOnHostNetwork)
            spec["hostNetwork"] = true;
        if (workload.PriorityClass is not null)
        {
            spec["priorityClassName"] = workload.PriorityClass;
            spec["priority"] = workload.Priority;
        }
        if (workload.Pool == SeedPool.Memory || workload.Pool == SeedPool.Gpu)
            spec["nodeSelector"] = new JsonObject { ["pool"] = workload.Pool.Name };
        if (tolerations is { Count: > 0 })
            spec["tolerations"] = tolerations;
        if (!workload.HasEmptyDir)
            return spec;
        spec["volumes"] = new JsonArray(new JsonObject { ["name"] = "scratch", ["emptyDir"] = new JsonObject() });
        container["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "scratch", ["mountPath"] = "/var/scratch" });
        return spec;
    }

    private TimeSpan Age(Workload workload, int minimum, int span) =>
        TimeSpan.FromDays(minimum) + TimeSpan.FromSeconds(StableHash.Of(workload.Namespace + workload.Name, seed) % (span * 86_400));

    // The selection may depend on earlier pods. Names are generated after their owner's.
    private List<(SeedNode Node, PodTexts Texts)> Place(Workload workload, IEnumerable<SeedNode> nodes)
    {
        List<(SeedNode Node, PodTexts Texts)> pods = [];
        foreach (SeedNode node in nodes)
            pods.Add((node, new(writer.NextSuffix(), writer.NextUid(), node.Stored.Name, node.Zone, node.Address, node.Take(workload))));
        return pods;
    }

    private IEnumerable<StoredObject> Pods(
        Workload workload,
        List<(SeedNode Node, PodTexts Texts)> pods,
        string owner,
        Func<string, string, JsonObject> make,
        TimeSpan age
    )
    {
        PodPattern? pattern = null;
        foreach ((SeedNode node, PodTexts own) in pods)
        {
            PodTexts texts = own with { Name = $"{owner}-{own.Name}" };
            if (node.TakesPods)
                yield return (pattern ??= Pattern(node)).Make(texts);
            else
                yield return Made(texts, node.Stored.Labels!, isHere: false);
        }

        PodPattern Pattern(SeedNode node) =>
            new(
                Made(
                    PodPattern.Marks,
                    new Dictionary<string, string>(node.Stored.Labels!) { [ZoneLabel] = PodPattern.Marks.Zone },
                    isHere: true
                )
            );

        StoredObject Made(PodTexts texts, IReadOnlyDictionary<string, string> nodeLabels, bool isHere)
        {
            JsonObject pod = make(texts.Name, texts.Node);
            Bind(workload, pod, texts.Node);
            return writer.Make(
                BuiltInKinds.Pods,
                workload.Namespace,
                pod,
                texts.Uid,
                age,
                document => Report(document, "Running", isHere, age, texts.HostAddress, texts.Address),
                nodeLabels
            );
        }
    }

    private void Run(Workload workload, SeedNode node, JsonObject pod, TimeSpan age, string phase = "Running")
    {
        Bind(workload, pod, node.Stored.Name);
        string address = node.Take(workload),
            uid = writer.NextUid();
        writer.Later(
            1,
            () =>
                [
                    writer.Make(
                        BuiltInKinds.Pods,
                        workload.Namespace,
                        pod,
                        uid,
                        age,
                        document => Report(document, phase, node.TakesPods, age, node.Address, address)
                    ),
                ]
        );
    }

    private static void Bind(Workload workload, JsonObject pod, string node)
    {
        JsonObject spec = pod["spec"]!.AsObject();
        spec["nodeName"] = node;
        if (spec["tolerations"] is null)
            spec["tolerations"] = NodeOutageTolerations();
        else if (workload.Gpus > 0)
            foreach (JsonNode? toleration in NodeOutageTolerations())
                spec["tolerations"]!.AsArray().Add(toleration!.DeepClone());
    }

    private void Report(JsonObject document, string phase, bool isHere, TimeSpan age, string hostAddress, string address)
    {
        document["status"] = new JsonObject { ["qosClass"] = "Burstable" };
        writer.Default(BuiltInKinds.Pods, document);
        PodStatusWriter.Write(
            document,
            new()
            {
                Phase = phase,
                IsReady = phase == "Running" && isHere,
                Now = writer.Ago(age - TimeSpan.FromSeconds(3)),
                HostAddress = hostAddress,
                PodAddress = address,
                Minor = minorVersion,
            }
        );
    }

    private static bool HasBudget(Workload workload) => (workload.MinAvailable ?? workload.MaxUnavailable) is not null;

    private JsonObject Budget(Workload workload, TimeSpan age)
    {
        JsonObject spec = new() { ["selector"] = new JsonObject { ["matchLabels"] = Labels(workload) } };
        if (workload.MinAvailable is { } minimum)
            spec["minAvailable"] = Amount(minimum);
        if (workload.MaxUnavailable is { } maximum)
            spec["maxUnavailable"] = Amount(maximum);
        int limit = new Kubernetes.Models.IntOrString(workload.MinAvailable ?? workload.MaxUnavailable!).Resolve(
            workload.Replicas,
            roundUp: true
        );
        BudgetState state = new(
            workload.Replicas,
            workload.Replicas,
            workload.MinAvailable is null ? Math.Max(0, workload.Replicas - limit) : limit
        );
        JsonObject status = new()
        {
            ["observedGeneration"] = 1,
            ["expectedPods"] = state.Expected,
            ["currentHealthy"] = state.Healthy,
            ["desiredHealthy"] = state.Desired,
            ["disruptionsAllowed"] = state.Allowed,
        };
        if (minorVersion >= DisruptionController.ConditionsFrom)
        {
            status.SetCondition(
                "DisruptionAllowed",
                state.Allowed > 0 ? "True" : "False",
                writer.Ago(age * 0.9),
                state.Allowed > 0 ? "SufficientPods" : "InsufficientPods",
                ""
            );
            status.Condition("DisruptionAllowed")!["observedGeneration"] = 1;
        }

        return new()
        {
            ["metadata"] = new JsonObject { ["name"] = workload.Name, ["labels"] = Labels(workload) },
            ["spec"] = spec,
            ["status"] = status,
        };

        static JsonNode Amount(string text) =>
            int.TryParse(text, CultureInfo.InvariantCulture, out int count) ? JsonValue.Create(count) : JsonValue.Create(text)!;
    }
}
