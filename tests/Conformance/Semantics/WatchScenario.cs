namespace NodeManager.Conformance.Semantics;

/// <summary>Changes by chance of config maps and pods in a namespace, and the watches that see them. The same seed, the same changes.</summary>
internal sealed class WatchScenario(int seed, string ns)
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    public string Maps => $"/api/v1/namespaces/{ns}/configmaps";

    public string Pods => $"/api/v1/namespaces/{ns}/pods";

    /// <summary>The watches' paths; each sees the last object.</summary>
    /// <param name="version">Of a list, per server; changes since are told.</param>
    /// <param name="hasInitialEvents">Whether the servers know these.</param>
    public IEnumerable<string> Watches(string version, bool hasInitialEvents)
    {
        yield return $"{Maps}?watch=true&resourceVersion={version}";
        yield return $"{Maps}?watch=true&resourceVersion={version}&labelSelector=app%3Dweb";
        yield return $"{Maps}?watch=true&labelSelector=app%21%3Ddb";
        yield return $"{Maps}?watch=true&resourceVersion=0&allowWatchBookmarks=true";
        yield return $"{Pods}?watch=true&resourceVersion={version}&allowWatchBookmarks=true";
        yield return $"{Pods}?watch=true&resourceVersion={version}&fieldSelector=spec.nodeName%3D";
        yield return $"{Pods}?watch=true&resourceVersion={version}&labelSelector=app";
        if (!hasInitialEvents)
            yield break;
        yield return $"{Maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
        yield return $"{Pods}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion={version}&allowWatchBookmarks=true&labelSelector=app%3Dweb";
        yield return $"{Maps}?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion={version}";
    }

    /// <summary>The objects that exist before the watch.</summary>
    public IEnumerable<WatchChange> Before()
    {
        yield return Create("a", "web");
        yield return Create("b", "db");
        yield return CreatePod("a", "web");
    }

    public IEnumerable<WatchChange> Changes(int count)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            string name = Names[random.Next(Names.Length)],
                label = random.Next(3) switch
                {
                    0 => "web",
                    1 => "db",
                    _ => "cache",
                };
            string collection = random.Next(2) == 0 ? Maps : Pods,
                path = $"{collection}/{name}";
            yield return random.Next(11) switch
            {
                0 or 1 => collection == Maps ? Create(name, label) : CreatePod(name, label),
                2 or 3 => Patch(path, $$$$"""{"metadata":{"labels":{"app":"{{{{label}}}}"}}}"""),
                4 => Patch(path, """{"metadata":{"labels":{"app":null}}}"""),
                5 => Patch(path, """{"metadata":{"finalizers":["example.com/hold"]}}"""),
                6 => Patch(path, """{"metadata":{"finalizers":null}}"""),
                7 => new(
                    "POST",
                    $"{Pods}/{name}/binding",
                    $$$$"""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"{{{{name}}}}"},"target":{"kind":"Node","name":"somewhere"}}"""
                ),
                8 => new("DELETE", path, null),
                9 => new("DELETE", path, """{"gracePeriodSeconds":0}"""),
                _ => new(
                    "DELETE",
                    $"{collection}?labelSelector=app%3D{label}",
                    random.Next(2) == 0 ? null : """{"gracePeriodSeconds":0}"""
                ),
            };
        }
    }

    /// <summary>What every watch sees at its end.</summary>
    public IEnumerable<WatchChange> After()
    {
        yield return Create(WatchReader.Last, "web");
        yield return CreatePod(WatchReader.Last, "web");
    }

    private WatchChange Create(string name, string label) =>
        new(
            "POST",
            Maps,
            $$$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{{name}}}}","labels":{"app":"{{{{label}}}}"}}}"""
        );

    private WatchChange CreatePod(string name, string label) =>
        new(
            "POST",
            Pods,
            $$$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{{name}}}}","labels":{"app":"{{{{label}}}}"}},"spec":{"containers":[{"name":"main","image":"example.com/main:1"}]}}"""
        );

    private static WatchChange Patch(string path, string body) => new("PATCH", path, body);
}
