using NodeManager.Sandbox.Kubelet.Pods;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Creates bound, running pods.</summary>
internal sealed class PodSeeds(SeedWriter writer, PodPlacer placer, int minorVersion)
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    public PodTimes Times(TimeSpan age) => new(writer.Ago(age), writer.Ago(age - TimeSpan.FromSeconds(3)));

    /// <summary>Null if no node has room.</summary>
    public SeedNode? Next(Workload workload) => placer.Next(workload);

    // The selection may depend on earlier pods. Names are generated after their owner's.
    public List<(SeedNode Node, PodTexts Texts)> Place(Workload workload, IEnumerable<SeedNode> nodes)
    {
        List<(SeedNode Node, PodTexts Texts)> pods = [];
        foreach (SeedNode node in nodes)
            pods.Add((node, new(writer.NextSuffix(), writer.NextUid(), node.Stored.Name, node.Zone, node.Address, node.Take(workload))));
        return pods;
    }

    /// <param name="pods">Their names are the suffixes.</param>
    /// <param name="owner">The prefix of their names.</param>
    /// <param name="make">Creates a pod from its name and node.</param>
    public IEnumerable<StoredObject> Make(
        Workload workload,
        List<(SeedNode Node, PodTexts Texts)> pods,
        string owner,
        Func<string, string, JsonObject> make,
        PodTimes times
    )
    {
        PodPattern? pattern = null;
        foreach ((SeedNode node, PodTexts own) in pods)
        {
            PodTexts texts = own.Of(owner);
            if (node.TakesPods)
                yield return (pattern ??= new(Model(workload, make, times, node))).Make(texts);
            else
                yield return Make(workload, make, times, texts, node.Stored.Labels!, isHere: false);
        }
    }

    /// <summary>A pod with <see cref="PodPattern.Marks"/>.</summary>
    /// <param name="node">One whose pods run; only the zones of pods differ.</param>
    public StoredObject Model(Workload workload, Func<string, string, JsonObject> make, PodTimes times, SeedNode node) =>
        Make(
            workload,
            make,
            times,
            PodPattern.Marks,
            new Dictionary<string, string>(node.Stored.Labels!) { [ZoneLabel] = PodPattern.Marks.Zone },
            isHere: true
        );

    private StoredObject Make(
        Workload workload,
        Func<string, string, JsonObject> make,
        PodTimes times,
        PodTexts texts,
        IReadOnlyDictionary<string, string> nodeLabels,
        bool isHere
    )
    {
        JsonObject pod = make(texts.Name, texts.Node);
        Bind(workload, pod, texts.Node);
        return writer.Make(
            BuiltInKinds.Pods,
            workload.Namespace,
            pod,
            texts.Uid,
            times.Created,
            document => Report(document, "Running", isHere, times, texts.HostAddress, texts.Address),
            nodeLabels
        );
    }

    public void Run(Workload workload, SeedNode node, JsonObject pod, PodTimes times, string phase = "Running")
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
                        times.Created,
                        document => Report(document, phase, node.TakesPods, times, node.Address, address)
                    ),
                ]
        );
    }

    private static void Bind(Workload workload, JsonObject pod, string node)
    {
        JsonObject spec = pod["spec"]!.AsObject();
        spec["nodeName"] = node;
        if (spec["tolerations"] is null)
            spec["tolerations"] = WorkloadTemplates.NodeOutageTolerations();
        else if (workload.Gpus > 0)
            foreach (JsonNode? toleration in WorkloadTemplates.NodeOutageTolerations())
                spec["tolerations"]!.AsArray().Add(toleration!.DeepClone());
    }

    private void Report(JsonObject document, string phase, bool isHere, PodTimes times, string hostAddress, string address)
    {
        document["status"] = new JsonObject { ["qosClass"] = "Burstable" };
        writer.Default(BuiltInKinds.Pods, document);
        PodStatusWriter.Write(
            document,
            new()
            {
                Phase = phase,
                IsReady = phase == "Running" && isHere,
                Now = times.Started,
                HostAddress = hostAddress,
                PodAddress = address,
                Minor = minorVersion,
            }
        );
    }
}

/// <summary>Times of a pod in API format.</summary>
/// <param name="Started">Also that of its conditions.</param>
internal readonly record struct PodTimes(string Created, string Started);
