using NodeManager.Sandbox.Controllers.Deployments;
using NodeManager.Sandbox.Controllers.ReplicaSets;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Creates Deployments after their rollout, with ReplicaSets, pods and PodDisruptionBudgets.</summary>
internal sealed class DeploymentSeeds(SeedWriter writer, PodSeeds pods, BudgetSeeds budgets, int seed, int minorVersion)
{
    // Deployment, ReplicaSet, PDB and the model pod.
    private const int Documents = 4;

    private readonly Dictionary<Workload, DeploymentPattern> _patterns = [];

    /// <param name="adjust">Completes the pod template.</param>
    public void Add(Workload workload, Action<JsonObject>? adjust = null)
    {
        (DeploymentTexts texts, List<(SeedNode Node, PodTexts Texts)> placed) = Place(workload);
        writer.Later(Documents, () => Make(texts, placed, adjust));
    }

    /// <summary>
    /// As <see cref="Add"/>, for one of many that differ in names, images, replicas and requests: what they have in common is made once.
    /// </summary>
    /// <param name="workload">Its requests are canonical, its PDB allows one unavailable pod.</param>
    public void AddAlike(Workload workload)
    {
        (DeploymentTexts texts, List<(SeedNode Node, PodTexts Texts)> placed) = Place(workload);
        if (placed.Count == 0)
            writer.Later(Documents, () => Make(texts, placed));
        else
            writer.Later(1, () => PatternOf(workload, placed[0].Node).Make(texts, placed));
    }

    /// <summary>The pattern of workloads like this.</summary>
    /// <param name="node">A node that takes pods.</param>
    internal DeploymentPattern PatternOf(Workload workload, SeedNode node)
    {
        DeploymentTexts marks = DeploymentPattern.MarksOf(workload);
        lock (_patterns)
        {
            if (_patterns.TryGetValue(marks.Workload, out DeploymentPattern? known))
                return known;
            (StoredObject deployment, StoredObject set, StoredObject? budget) = MakeOwners(marks, hash: DeploymentPattern.Hash);
            StoredObject pod = pods.Model(marks.Workload, MakePod(set), marks.PodTimes, node);
            return _patterns[marks.Workload] = new(marks, deployment, set, pod, budget);
        }
    }

    /// <summary>Places the pods and draws UIDs: those of the owners, the pods and the PDB, in this order.</summary>
    internal (DeploymentTexts Texts, List<(SeedNode Node, PodTexts Texts)> Pods) Place(Workload workload)
    {
        string uid = writer.NextUid(),
            setUid = writer.NextUid();
        List<(SeedNode Node, PodTexts Texts)> placed = pods.Place(
            workload,
            Enumerable.Range(0, workload.Replicas).Select(_ => pods.Next(workload)).OfType<SeedNode>()
        );
        TimeSpan age = workload.Age(3, 40, seed);
        return (new(workload, uid, setUid, workload.HasBudget ? writer.NextUid() : null, writer.Ago(age), pods.Times(age * 0.9)), placed);
    }

    internal IEnumerable<StoredObject> Make(
        DeploymentTexts texts,
        List<(SeedNode Node, PodTexts Texts)> placed,
        Action<JsonObject>? adjust = null
    )
    {
        (StoredObject deployment, StoredObject set, StoredObject? budget) = MakeOwners(texts, adjust);
        return
        [
            deployment,
            set,
            .. pods.Make(texts.Workload, placed, set.Name, MakePod(set), texts.PodTimes),
            .. budget is null ? (ReadOnlySpan<StoredObject>)[] : [budget],
        ];
    }

    private static Func<string, string, JsonObject> MakePod(StoredObject set)
    {
        JsonObject template = set.At(0).ToJson()["spec"]!["template"]!.AsObject();
        return (name, _) => PodTemplates.MakePod(set, template, name);
    }

    /// <param name="hash">Of the pod template; null: computed.</param>
    private (StoredObject Deployment, StoredObject Set, StoredObject? Budget) MakeOwners(
        DeploymentTexts texts,
        Action<JsonObject>? adjust = null,
        string? hash = null
    )
    {
        Workload workload = texts.Workload;
        JsonObject pod = WorkloadTemplates.Template(workload);
        adjust?.Invoke(pod);
        JsonObject selector = new() { ["matchLabels"] = WorkloadTemplates.Labels(workload) };
        JsonObject document = new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = workload.Name,
                ["labels"] = WorkloadTemplates.Labels(workload),
                ["annotations"] = new JsonObject { [RevisionAnnotations.Revision] = "1" },
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = workload.Replicas,
                ["selector"] = selector,
                ["template"] = pod,
            },
        };
        writer.Default(BuiltInKinds.Deployments, document);
        JsonObject template = document["spec"]!["template"]!.DeepClone().AsObject();
        hash ??= PodTemplates.Hash(template);
        JsonObject ownSelector = selector.DeepClone().AsObject();
        document["status"] = RolledOut(texts, $"{workload.Name}-{hash}");
        StoredObject deployment = writer.Make(BuiltInKinds.Deployments, workload.Namespace, document, texts.Uid, texts.Created);
        PodTemplates.Label(template, PodTemplates.HashLabel, hash);
        ownSelector["matchLabels"]![PodTemplates.HashLabel] = hash;
        StoredObject set = MakeReplicaSet(texts, deployment, template, ownSelector);
        StoredObject? budget = texts.BudgetUid is { } uid
            ? writer.Make(
                BuiltInKinds.PodDisruptionBudgets,
                workload.Namespace,
                budgets.Document(workload, texts.PodTimes.Created),
                uid,
                texts.Created
            )
            : null;
        return (deployment, set, budget);
    }

    private StoredObject MakeReplicaSet(DeploymentTexts texts, StoredObject deployment, JsonObject template, JsonObject selector)
    {
        Workload workload = texts.Workload;
        JsonObject annotations = new() { [RevisionAnnotations.Revision] = "1" };
        RevisionAnnotations.SetSize(annotations, workload.Replicas, texts.MostReplicas);
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
            texts.SetUid,
            texts.Created
        );
    }

    // With the status of a completed rollout, so that the controller need not write thousands at the start.
    private JsonObject RolledOut(DeploymentTexts texts, string set)
    {
        int replicas = texts.Workload.Replicas;
        JsonObject status = WorkloadStatus(
            new()
            {
                ["observedGeneration"] = 1,
                ["replicas"] = replicas,
                ["updatedReplicas"] = replicas,
                ["readyReplicas"] = replicas,
                ["availableReplicas"] = replicas,
            }
        );
        string since = texts.PodTimes.Created;
        status.SetCondition("Available", "True", since, "MinimumReplicasAvailable", "Deployment has minimum availability.");
        (string value, string reason, string message) = DeploymentProgress.Complete(set);
        status.SetCondition("Progressing", value, since, reason, message);
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
}
