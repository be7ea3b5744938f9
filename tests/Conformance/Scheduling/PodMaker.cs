using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Scheduling;

/// <summary>Makes pods with needs by chance.</summary>
internal sealed class PodMaker(Random random, int minor)
{
    private const string Zone = "topology.kubernetes.io/zone";
    private const string HostName = "kubernetes.io/hostname";

    public JsonObject Make(string name)
    {
        JsonObject pod = Manifests.Pod(name, null, new Dictionary<string, string> { ["app"] = Application(), ["rev"] = Pick("1", "2") });
        JsonObject spec = pod["spec"]!.AsObject();
        Request(spec, random.Next(1, Chance(25) ? 100 : 30));
        int needs = random.Next(1, 4);
        for (int i = 0; i < needs; i++)
            Need(spec);
        if (Chance(30))
            spec["tolerations"] = new JsonArray(Toleration());
        return pod;
    }

    public JsonObject MakePreemptor(string name)
    {
        JsonObject pod = Manifests.Pod(name, null, new Dictionary<string, string> { ["app"] = Application(), ["rev"] = "1" });
        JsonObject spec = pod["spec"]!.AsObject();
        spec["priorityClassName"] =
            Chance(15) ? "polite"
            : Chance(50) ? "high"
            : "middle";
        Request(spec, random.Next(20, 55));
        if (Chance(35))
            Need(spec);
        return pod;
    }

    public static JsonObject Required(JsonObject term) =>
        new() { ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(term) };

    public static JsonObject Term(string application, string key) =>
        new() { ["labelSelector"] = Selector(application), ["topologyKey"] = key };

    private static JsonObject Selector(string application) => new() { ["matchLabels"] = new JsonObject { ["app"] = application } };

    private void Request(JsonObject spec, int tenths)
    {
        JsonObject requests = spec["containers"]![0]!["resources"]!["requests"]!.AsObject();
        requests["cpu"] = $"{tenths * 100}m";
        requests["memory"] = $"{random.Next(1, 24) * 256}Mi";
        Special(random, spec["containers"]![0]!["resources"]!.AsObject(), 15);
        if (!Chance(15))
            return;
        // An init container counts with its maximum.
        JsonObject init = Manifests.Pod("init", null, new Dictionary<string, string>())["spec"]!["containers"]![0]!.DeepClone().AsObject();
        init["name"] = "init";
        Special(random, init["resources"]!.AsObject(), 40);
        spec["initContainers"] = new JsonArray(init);
    }

    /// <summary>Ephemeral storage, hugepages and devices. The last two cannot be overcommitted, so limits equal requests.</summary>
    /// <param name="percent">The chance of each.</param>
    public static void Special(Random random, JsonObject resources, int percent)
    {
        (string Name, string Amount)[] choices =
        [
            ("ephemeral-storage", $"{random.Next(1, 60)}Gi"),
            ("example.com/gpu", random.Next(1, 4).ToString(CultureInfo.InvariantCulture)),
            ("nvidia.com/gpu", random.Next(1, 3).ToString(CultureInfo.InvariantCulture)),
            ("hugepages-2Mi", $"{random.Next(1, 5) * 128}Mi"),
            ("hugepages-1Gi", $"{random.Next(1, 3)}Gi"),
        ];
        foreach ((string name, string amount) in choices)
        {
            if (random.Next(100) >= percent)
                continue;
            if (resources["requests"] is not JsonObject requests)
                resources["requests"] = requests = [];
            // A pod with hugepages also requests memory.
            if (name.StartsWith("hugepages-", StringComparison.Ordinal) && !requests.ContainsKey("memory"))
                requests["memory"] = "128Mi";
            requests[name] = amount;
            if (name == "ephemeral-storage")
                continue;
            if (resources["limits"] is not JsonObject limits)
                resources["limits"] = limits = [];
            limits[name] = amount;
        }
    }

    private void Need(JsonObject spec)
    {
        switch (random.Next(8))
        {
            case 0:
                spec["nodeSelector"] = new JsonObject { [Pick(Zone, "disk")] = Pick("a", "ssd", "b") };
                break;
            case 1:
                Affinity(spec)["nodeAffinity"] = new JsonObject
                {
                    ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonObject
                    {
                        ["nodeSelectorTerms"] = new JsonArray(new JsonObject { ["matchExpressions"] = new JsonArray(Expression()) }),
                    },
                };
                break;
            case 2:
                Affinity(spec)["podAffinity"] = Required(Scoped(Term(Application(), Pick(Zone, HostName, "disk"))));
                break;
            case 3:
                Affinity(spec)["podAntiAffinity"] = Required(Scoped(Term(Application(), Pick(Zone, HostName, "disk"))));
                break;
            case 4 or 5:
                spec["topologySpreadConstraints"] = Chance(30) ? new JsonArray(Spread(), Spread(HostName)) : new JsonArray(Spread());
                break;
            case 6:
                spec["containers"]![0]!["ports"] = new JsonArray(
                    new JsonObject { ["containerPort"] = 80, ["hostPort"] = random.Next(8080, 8083) }
                );
                break;
            default:
                spec["volumes"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "data",
                        ["persistentVolumeClaim"] = new JsonObject
                        {
                            ["claimName"] = Pick("claimed", "claimed", "waiting", "waiting", "hopeless", "missing"),
                        },
                    }
                );
                break;
        }
    }

    private JsonObject Expression() =>
        random.Next(5) switch
        {
            0 => new()
            {
                ["key"] = Zone,
                ["operator"] = "NotIn",
                ["values"] = new JsonArray("a"),
            },
            1 => new() { ["key"] = "disk", ["operator"] = "Exists" },
            2 => new() { ["key"] = "disk", ["operator"] = "DoesNotExist" },
            3 => new()
            {
                ["key"] = "number",
                ["operator"] = Pick("Gt", "Lt"),
                ["values"] = new JsonArray("4"),
            },
            _ => new()
            {
                ["key"] = Zone,
                ["operator"] = "In",
                ["values"] = new JsonArray("a", "c"),
            },
        };

    private JsonObject Scoped(JsonObject term)
    {
        int choice = random.Next(4);
        if (choice == 0)
            term["namespaces"] = new JsonArray("two", "three");
        if (choice == 1 && minor >= 24)
            term["namespaceSelector"] = Chance(50)
                ? new JsonObject()
                : new JsonObject { ["matchLabels"] = new JsonObject { ["team"] = "two" } };
        if (choice == 2 && minor >= 31)
            term["matchLabelKeys"] = new JsonArray("rev");
        return term;
    }

    private JsonObject Spread(string? key = null)
    {
        var spread = new JsonObject
        {
            ["maxSkew"] = random.Next(1, 3),
            ["topologyKey"] = key ?? Zone,
            ["whenUnsatisfiable"] = "DoNotSchedule",
            ["labelSelector"] = Selector(Application()),
        };
        if (minor < 27)
            return spread;
        if (Chance(25))
            spread["minDomains"] = random.Next(2, 5);
        if (Chance(25))
            spread["nodeTaintsPolicy"] = "Honor";
        if (Chance(25))
            spread["nodeAffinityPolicy"] = "Ignore";
        if (Chance(25))
            spread["matchLabelKeys"] = new JsonArray("rev");
        return spread;
    }

    private JsonObject Toleration() =>
        Chance(50)
            ? new() { ["operator"] = "Exists" }
            : new()
            {
                ["key"] = Pick("team", "dedicated"),
                ["operator"] = "Equal",
                ["value"] = Pick("x", "y"),
                ["effect"] = "NoSchedule",
            };

    private static JsonObject Affinity(JsonObject spec)
    {
        if (spec["affinity"] is JsonObject there)
            return there;
        var made = new JsonObject();
        spec["affinity"] = made;
        return made;
    }

    private string Application() => Pick("web", "db", "cache");

    private bool Chance(int percent) => random.Next(100) < percent;

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
