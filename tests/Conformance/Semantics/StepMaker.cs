using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

/// <summary>
/// Makes requests by chance, for a namespace of its own and cluster-wide names of its own. What it makes depends on its seed and on what
/// the real server has answered so far, and on nothing else.
/// </summary>
internal sealed partial class StepMaker
{
    private readonly Random _random;
    private readonly DocumentMutator _mutator;
    private readonly ApiSide _real;
    private readonly ApiKind[] _kinds;
    private readonly string _prefix;
    private int _generated;

    public StepMaker(int seed, string prefix, int minor, ApiSide real)
    {
        _random = new(seed);
        _mutator = new(_random);
        _real = real;
        _prefix = prefix;
        Minor = minor;

        // Few kinds a round, so that requests meet each other's objects.
        ApiKind[] all = [.. ApiKinds.All(minor, prefix).SelectMany(static kind => Enumerable.Repeat(kind, kind.Weight))];
        _kinds = [Pick(all), Pick(all), Pick(all)];
    }

    public int Minor { get; }

    public string Namespace => _prefix;

    /// <summary>The names that it uses of a kind.</summary>
    public IEnumerable<string> NamesOf(ApiKind kind) => kind.Names.Select(name => Name(kind, name));

    public ApiStep Make()
    {
        ApiKind kind = Pick(_kinds);
        string name = Pick([.. NamesOf(kind)]);
        string target = $"{kind.Collection(Namespace)}/{name}";
        JsonObject? current = _real.Last(target);
        if (kind.IsDryOnly)
            return _random.Next(4) == 0 ? Odd(kind, name, target) : Create(kind, name, target);
        int chance = _random.Next(100);
        if (current is null && chance < 60)
            return Create(kind, name, target);
        return chance switch
        {
            < 8 => Create(kind, name, target),
            < 16 => Get(kind, name, target),
            < 30 => List(kind),
            < 45 => Replace(kind, name, target, current),
            < 68 => Patch(kind, name, target, current),
            < 76 => Status(kind, name, target, current),
            < 81 => kind.HasScale ? Scale(kind, target)
            : kind.Kind == "Pod" ? PodStep(kind, name, target)
            : Odd(kind, name, target),
            < 90 => Delete(kind, target),
            < 92 => DeleteCollection(kind),
            _ => Odd(kind, name, target),
        };
    }

    private string Name(ApiKind kind, string name) => kind.IsNamespaced ? name + kind.NameSuffix : $"{_prefix}-{name}{kind.NameSuffix}";

    private ApiStep Create(ApiKind kind, string name, string target)
    {
        string collection = kind.Collection(Namespace);
        JsonObject body = kind.Make(name, Chance(30) ? Namespace : null);
        if (kind.IsShared)
            body["metadata"]!["labels"] = new JsonObject { ["round"] = _prefix };
        string label = "create";
        var step = new ApiStep("", kind, "POST", collection) { Target = target };
        if (Chance(12))
        {
            JsonObject metadata = body["metadata"]!.AsObject();
            metadata.Remove("name");
            string stem = Pick($"gen-{++_generated}-", $"gen-{++_generated}-", "Bad_Stem", new string('g', 70) + ++_generated);
            if (Chance(90))
                metadata["generateName"] = kind.IsNamespaced ? stem : $"{_prefix}-{stem}";
            label += " generateName";
            step = step with { Target = collection };
        }

        if (Chance(45))
            label += " " + _mutator.Mutate(body);
        if (Chance(35))
            label += " " + OddMetadata(body);
        if (Chance(6))
            label += " " + OddIdentity(kind, body);
        string query = WriteQuery("Create", ref label);
        if (kind.IsDryOnly)
            query = query.Contains("dryRun=", StringComparison.Ordinal)
                ? query.Replace("dryRun=", "dryRun=All&dryRun=", StringComparison.Ordinal)
                : query + (query.Length == 0 ? "?" : "&") + "dryRun=All";
        return step with { Label = label, Path = collection + query, Body = body.ToJsonString() };
    }

    private ApiStep Replace(ApiKind kind, string name, string target, JsonObject? current)
    {
        bool isFromCurrent = current is not null && Chance(70);
        JsonObject body = isFromCurrent ? current!.DeepClone().AsObject() : kind.Make(name, Chance(40) ? Namespace : null);
        JsonObject metadata = body["metadata"]!.AsObject();
        string label = isFromCurrent ? "update" : "replace";
        int chance = _random.Next(100);
        if (chance < 12)
            metadata["resourceVersion"] = Pick("⟦old⟧", "garbage", "0", "", "999999999", "-1", "⟦rv⟧");
        else if (chance < 25)
            metadata.Remove("resourceVersion");
        if (chance < 25)
            label += " version";
        if (Chance(60))
            label += " " + _mutator.Mutate(body);
        if (Chance(25))
            label += " " + OddMetadata(body);
        if (Chance(8))
            label += " " + OddIdentity(kind, body);
        string query = WriteQuery("Update", ref label);
        return new(label, kind, "PUT", target + query)
        {
            Target = target,
            Body = body.ToJsonString(),
            IsFromCurrent = isFromCurrent,
        };
    }

    private ApiStep Status(ApiKind kind, string name, string target, JsonObject? current)
    {
        JsonObject body = current?.DeepClone().AsObject() ?? kind.Make(name, null);
        string label = "status";
        JsonObject status = body["status"] as JsonObject ?? [];
        body["status"] = status.DeepClone();
        status = body["status"]!.AsObject();
        switch (_random.Next(5))
        {
            case 0:
                status["phase"] = Pick("Running", "Pending", "Active", "Bogus");
                break;
            case 1:
                status["replicas"] = Pick(0, 3, -1);
                break;
            case 2:
                status["conditions"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Ready",
                        ["status"] = Pick("True", "Maybe"),
                        ["reason"] = "Because",
                        ["message"] = "text",
                        ["lastTransitionTime"] = "2026-01-02T03:04:05Z",
                    }
                );
                break;
            case 3:
                status["observedGeneration"] = Pick(1, 7, -2);
                break;
            default:
                label += " " + _mutator.Mutate(body);
                break;
        }

        if (Chance(40))
            label += " " + OddMetadata(body);
        string query = WriteQuery("Update", ref label);
        if (Chance(60))
            return new(label, kind, "PUT", $"{target}/status{query}")
            {
                Target = target,
                Body = body.ToJsonString(),
                IsFromCurrent = current is not null,
            };
        // Chance may have taken it away.
        var patch = new JsonObject { ["status"] = body["status"]?.DeepClone() ?? new JsonObject() };
        if (Chance(30))
            patch["spec"] = body["spec"]?.DeepClone();
        return new("patch " + label, kind, "PATCH", $"{target}/status{query}")
        {
            Target = target,
            Body = patch.ToJsonString(),
            IsFromCurrent = current is not null,
            ContentType = "application/merge-patch+json",
        };
    }

    private ApiStep Scale(ApiKind kind, string target)
    {
        string path = target + "/scale";
        switch (_random.Next(4))
        {
            case 0:
                return new("get scale", kind, "GET", path)
                {
                    Target = target,
                    Accept = Pick(null, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"),
                };
            case 1:
                string label = "patch scale";
                return new(label, kind, "PATCH", path + WriteQuery("Patch", ref label))
                {
                    Target = target,
                    ContentType = "application/merge-patch+json",
                    Body = Pick(
                        """{"spec":{"replicas":3}}""",
                        """{"spec":{"replicas":-1}}""",
                        """{"spec":{"replicas":"x"}}""",
                        """{"status":{"replicas":4}}""",
                        """{"metadata":{"resourceVersion":"⟦old⟧"},"spec":{"replicas":2}}""",
                        """{"spec":{"replicas":null}}""",
                        """{"spec":{"bogus":1}}"""
                    ),
                };
            default:
                string name = target[(target.LastIndexOf('/') + 1)..];
                string version = Pick(
                    "",
                    "",
                    ""","resourceVersion":"⟦rv⟧" """,
                    ""","resourceVersion":"⟦old⟧" """,
                    ""","resourceVersion":"xx" """,
                    ""","uid":"⟦uid⟧" """,
                    ""","uid":"other" """
                );
                label = "put scale";
                return new(label, kind, "PUT", path + WriteQuery("Update", ref label))
                {
                    Target = target,
                    Body =
                        $$$"""{"apiVersion":"{{{Pick("autoscaling/v1", "autoscaling/v1", "autoscaling/v1", "autoscaling/v2", "v1")}}}","kind":"{{{Pick("Scale", "Scale", "Scale", "Scala")}}}","metadata":{"name":"{{{Pick(name, name, name, "other", "")}}}","namespace":"{{{Pick(Namespace, Namespace, "other")}}}"{{{version}}}},"spec":{"replicas":{{{Pick("0", "2", "5", "-3", "1.5")}}}}}""",
                };
        }
    }

    private ApiStep PodStep(ApiKind kind, string name, string target)
    {
        string label = "eviction";
        string meta = $$"""{"name":"{{Pick(name, name, name, "other", "")}}","namespace":"{{Pick(Namespace, Namespace, "other")}}"}""";
        if (Chance(50))
        {
            string version = Pick(
                Minor >= 22 ? "policy/v1" : "policy/v1beta1",
                Minor >= 22 ? "policy/v1" : "policy/v1beta1",
                "policy/v1beta1",
                "v1",
                "policy/v1"
            );
            string options = Pick(
                "",
                ""","deleteOptions":{"gracePeriodSeconds":0}""",
                ""","deleteOptions":{"preconditions":{"uid":"⟦uid⟧"}}""",
                ""","deleteOptions":{"preconditions":{"uid":"other"}}""",
                ""","deleteOptions":{"dryRun":["All"]}""",
                ""","deleteOptions":{"propagationPolicy":"Bogus"}"""
            );
            return new(label, kind, "POST", $"{target}/eviction{WriteQuery("Create", ref label)}")
            {
                Target = target,
                Body =
                    $$"""{"apiVersion":"{{version}}","kind":"{{Pick("Eviction", "Eviction", "Eviction", "Evict")}}","metadata":{{meta}}{{options}}}""",
            };
        }

        label = "binding";
        string node = Pick(
            """{"kind":"Node","name":"somewhere"}""",
            """{"kind":"Node","name":"somewhere"}""",
            """{"name":"somewhere"}""",
            """{"kind":"Pod","name":"x"}""",
            """{"kind":"Node","name":""}""",
            """{"kind":"Node","apiVersion":"v1","name":"Bad_Node"}"""
        );
        return new(label, kind, "POST", $"{target}/binding{WriteQuery("Create", ref label)}")
        {
            Target = target,
            Body = $$"""{"apiVersion":"v1","kind":"Binding","metadata":{{meta}},"target":{{node}}}""",
        };
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];
}
