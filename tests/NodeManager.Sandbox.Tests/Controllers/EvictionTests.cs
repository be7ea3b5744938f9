using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeManager.Sandbox.Controllers.Evictions;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Tests.Controllers;

/// <summary>lifecycle.k8s.io: what becomes of EvictionRequests, and what the API takes of those who have a hand in it.</summary>
public sealed class EvictionTests
{
    private const string Mover = "acme.io/mover";
    private const string Helper = "acme.io/helper";
    private const string Own = "nodemanager.io/drain";

    [Fact]
    public async Task An_Eviction_with_several_requesters_ends_when_the_last_one_withdraws()
    {
        using LiveCluster cluster = await StartAsync();
        Request(cluster, "first", "a.acme.io/one");
        Request(cluster, "second", "b.acme.io/two");
        await cluster.UntilAsync(() =>
            Process(cluster, 1) is { } p && Requesters(p) == "a.acme.io/one=Eviction b.acme.io/two=Eviction" && State(p, Mover) == "Active"
        );
        await cluster.UntilAsync(() => Process(cluster, 1)!.Object("metadata").Array("ownerReferences")!.Count == 2);
        JsonObject labels = Process(cluster, 1)!.Object("metadata").Object("labels")!;
        Assert.Equal(
            ("requester", "requester", "responder", "responder"),
            (labels.Text("a.acme.io/one"), labels.Text("b.acme.io/two"), labels.Text(Mover), labels.Text(Responders.Evictor))
        );

        Say(cluster, "first", "Withdrawn");
        await cluster.UntilAsync(() =>
            Requesters(Process(cluster, 1)!) == "a.acme.io/one=Withdrawn b.acme.io/two=Eviction"
            || Requesters(Process(cluster, 1)!) == "b.acme.io/two=Eviction a.acme.io/one=Withdrawn"
        );
        Assert.Equal("Active", State(Process(cluster, 1)!, Mover));
        cluster.Delete(BuiltInKinds.EvictionRequests, "second");
        await cluster.UntilAsync(() => Reason(Process(cluster, 1)!, "Failed") == "True CanceledDueToNoRequesters");
        Assert.Equal("Canceled", State(Process(cluster, 1)!, Mover));
        await cluster.UntilAsync(() =>
            Reason(cluster.Get(BuiltInKinds.EvictionRequests, "first")!.ToJson(), "Failed") == "True CanceledDueToNoRequesters"
        );

        Say(cluster, "first", "Eviction");
        await cluster.UntilAsync(() => Process(cluster, 2) is { } p && State(p, Mover) == "Active", "a new Eviction");
        await cluster.UntilAsync(() =>
            Reason(cluster.Get(BuiltInKinds.EvictionRequests, "first")!.ToJson(), "Failed") == "False AwaitingEviction"
        );
    }

    [Fact]
    public async Task A_responder_without_heartbeats_for_twenty_minutes_is_skipped_and_the_evictor_respects_PDBs()
    {
        using LiveCluster cluster = await StartAsync();
        cluster.Create(
            BuiltInKinds.PodDisruptionBudgets,
            """{"metadata":{"name":"vm"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"vm"} } } }"""
        );
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.PodDisruptionBudgets, "vm").Number("currentHealthy") == 1);
        Request(cluster, "first", Own);
        await cluster.UntilAsync(() => Process(cluster, 1) is { } p && State(p, Mover) == "Active");
        DateTimeOffset begun = cluster.Cluster.Time.GetUtcNow();

        await cluster.UntilAsync(() => State(Process(cluster, 1)!, Responders.Evictor) == "Active", step: TimeSpan.FromSeconds(5));
        Assert.InRange(cluster.Cluster.Time.GetUtcNow() - begun, TimeSpan.FromMinutes(19.9), TimeSpan.FromMinutes(21));
        Assert.Equal("Interrupted", State(Process(cluster, 1)!, Mover));
        await cluster.UntilAsync(() => Said(cluster, Responders.Evictor).Text("message") is { Length: > 0 });
        Assert.Equal(
            "\"vm\" pod deletion via the /eviction subresource failed (attempts=1): Cannot evict pod as it would violate the pod's disruption budget.",
            Said(cluster, Responders.Evictor).Text("message")
        );
        // On a busy machine the third attempt may be over before it is read.
        await cluster.UntilAsync(() => Regex.IsMatch(Said(cluster, Responders.Evictor).Text("message")!, @"\(attempts=([3-9]|\d\d+)\)"));
        Assert.True(
            cluster.Cluster.Time.GetUtcNow() - EvictionStart(cluster) >= TimeSpan.FromSeconds(14),
            "5 s and then 10 s between attempts"
        );

        // On a busy machine the pod would be gone before its end is seen, which has another reason.
        cluster.Merge(BuiltInKinds.Pods, "vm", pod => pod.Ensure("metadata")["finalizers"] = new JsonArray("acme.io/keep"));
        cluster.Delete(BuiltInKinds.PodDisruptionBudgets, "vm");
        await cluster.UntilAsync(
            () => Reason(Process(cluster, 1)!, "TargetEvicted") == "True PodTerminal",
            step: TimeSpan.FromMilliseconds(500)
        );
        Assert.Equal("Completed", State(Process(cluster, 1)!, Responders.Evictor));
        Assert.Equal(
            "\"vm\" pod has been deleted and fully terminated (pod phase=\"Succeeded\")",
            Said(cluster, Responders.Evictor).Text("message")
        );
        cluster.Merge(BuiltInKinds.Pods, "vm", static pod => pod.Object("metadata")!.Remove("finalizers"));
        await cluster.UntilAsync(() => cluster.PodNamed("vm") is null);
        await cluster.UntilAsync(() =>
            Reason(cluster.Get(BuiltInKinds.EvictionRequests, "first")!.ToJson(), "TargetEvicted") == "True PodTerminal"
        );
    }

    [Fact]
    public async Task An_unsupported_pod_is_reported_in_the_EvictionRequest_without_an_Eviction()
    {
        using LiveCluster cluster = await StartAsync();
        Request(cluster, "missing", Own, pod: "nobody");
        Request(cluster, "other", Own, uid: "55fcee67-c0cb-409d-b610-c16d9d765b7b");

        foreach (
            (string name, string message) in new[]
            {
                ("missing", "Target pod not found."),
                ("other", $"Target pod UID mismatch: expected 55fcee67-c0cb-409d-b610-c16d9d765b7b, got {Uid(cluster)}."),
            }
        )
        {
            await cluster.UntilAsync(() =>
                Reason(cluster.Get(BuiltInKinds.EvictionRequests, name)!.ToJson(), "Failed") == "True EvictionInvalid"
            );
            Assert.Equal(message, Condition(cluster.Get(BuiltInKinds.EvictionRequests, name)!.ToJson(), "Failed").Text("message"));
        }

        Assert.Empty(cluster.Store.List(BuiltInKinds.EvictionProcesses).Objects.Walk());
    }

    [Fact]
    public async Task A_second_Eviction_of_a_pod_is_ignored()
    {
        using LiveCluster cluster = await StartAsync();
        Request(cluster, "first", Own);
        await cluster.UntilAsync(() => Process(cluster, 1) is { } p && State(p, Mover) == "Active");
        await cluster.PassAsync(TimeSpan.FromSeconds(2));

        cluster.Create(
            BuiltInKinds.EvictionProcesses,
            $$$"""{"metadata":{"name":"mine"},"spec":{"target":{"pod":{"name":"vm","uid":"{{{Uid(cluster)}}}"} } } }"""
        );
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.EvictionProcesses, "mine")!.ToJson().Object("status") is not null);

        JsonObject mine = cluster.Get(BuiltInKinds.EvictionProcesses, "mine")!.ToJson();
        Assert.Equal("Active Eviction already exists for the same target.", Condition(mine, "Failed").Text("message"));
        Assert.Equal("Active", State(Process(cluster, 1)!, Mover));
    }

    [Fact]
    public async Task An_Eviction_without_requests_is_collected()
    {
        using LiveCluster cluster = await StartAsync();
        Request(cluster, "first", Own);
        await cluster.UntilAsync(() => Process(cluster, 1) is { } p && State(p, Mover) == "Active");
        cluster.Delete(BuiltInKinds.EvictionRequests, "first");
        await cluster.UntilAsync(() => Process(cluster, 1) is null);
    }

    public static TheoryData<string, string> Faults =>
        new()
        {
            {
                """{"spec":{"target":{},"requester":"acme.io/x","intent":"Eviction"} }""",
                "spec.target: Invalid value: \"\": must specify one of: `pod`"
            },
            {
                """{"spec":{"target":{"pod":{"name":"vm"} },"requester":"acme.io/x","intent":"Eviction"} }""",
                "spec.target.pod.uid: Required value"
            },
            {
                """{"spec":{"target":{"pod":{"name":"vm","uid":"x"} },"requester":"acme.io/x","intent":"Eviction"} }""",
                "spec.target.pod.uid: Invalid value: \"x\": must be a lowercase UUID in 8-4-4-4-12 format"
            },
            {
                """{"spec":{"target":{"pod":{"name":"vm","uid":"55fcee67-c0cb-409d-b610-c16d9d765b7b"} },"intent":"Eviction"} }""",
                "spec.requester: Required value"
            },
            {
                """{"spec":{"target":{"pod":{"name":"vm","uid":"55fcee67-c0cb-409d-b610-c16d9d765b7b"} },"requester":"me","intent":"Eviction"} }""",
                "spec.requester: Invalid value: \"me\": must be a domain-prefixed key (such as \"acme.io/foo\")"
            },
            {
                """{"spec":{"target":{"pod":{"name":"vm","uid":"55fcee67-c0cb-409d-b610-c16d9d765b7b"} },"requester":"Dev.k8s.io./x","intent":"Eviction"} }""",
                "spec.requester: Invalid value: \"Dev.k8s.io./x\": domain names *.k8s.io, *.kubernetes.io are reserved"
            },
            {
                """{"spec":{"target":{"pod":{"name":"vm","uid":"55fcee67-c0cb-409d-b610-c16d9d765b7b"} },"requester":"acme.io/x","intent":"Perhaps"} }""",
                "spec.intent: Unsupported value: \"Perhaps\": supported values: \"Eviction\", \"Withdrawn\""
            },
            {
                """{"spec":{"target":{"pod":{"name":"vm","uid":"55fcee67-c0cb-409d-b610-c16d9d765b7b"} },"requester":"acme.io/x"} }""",
                "spec.intent: Required value"
            },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void EvictionRequests_are_validated(string request, string fault)
    {
        using LiveCluster cluster = new(features: SandboxFeatures.EvictionRequest);
        JsonObject document = JsonNode.Parse(request)!.AsObject();
        document["metadata"] = new JsonObject { ["name"] = "r" };

        Assert.Contains(
            fault,
            Refusal(() => cluster.Registry.Create(BuiltInKinds.EvictionRequests, "default", document)),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(
        """[{"name":"mover","priority":10000}]""",
        "spec.evictionResponders[0].name: Invalid value: \"mover\": must be a domain-prefixed key"
    )]
    [InlineData("""[{"name":"dev.kubernetes.io/key","priority":0}]""", "priorities 0-999 are reserved for responders with *.k8s.io suffix")]
    [InlineData("""[{"name":"acme.io/x","priority":100001}]""", "must be less than or equal to 100000")]
    [InlineData("""[{"name":"acme.io/x","priority":-1}]""", "must be greater than or equal to 0")]
    [InlineData("""[{"name":"acme.io/x"}]""", "spec.evictionResponders[0].priority: Required value")]
    [InlineData(
        """[{"name":"acme.io/x","priority":10000},{"name":"acme.io/x","priority":9000}]""",
        "spec.evictionResponders[1]: Duplicate value"
    )]
    public void Responders_of_pods_are_validated(string responders, string fault)
    {
        using LiveCluster cluster = new(features: SandboxFeatures.EvictionRequest);

        Assert.Contains(fault, Refusal(() => cluster.Pod("vm", $",\"evictionResponders\":{responders}")), StringComparison.Ordinal);
    }

    // A status update of a responder.
    [Theory]
    [InlineData(
        Mover,
        "heartbeatTime",
        "2020-01-01T00:00:00Z",
        "status.responders[0].heartbeatTime: Invalid value: \"2020-01-01T00:00:00Z\": must occur after status.responders[0].startTime"
    )]
    [InlineData(
        Mover,
        "completionTime",
        "2099-01-01T00:00:00Z",
        "status.responders[0].completionTime: Invalid value: \"2099-01-01T00:00:00Z\": must be set to the present time"
    )]
    [InlineData(Mover, "expectedCompletionTime", "2199-01-01T00:00:00Z", "must complete within 10 years")]
    [InlineData(
        Mover,
        "startTime",
        "2020-01-01T00:00:00Z",
        "status.responders[0].startTime: Invalid value: null: field cannot be modified once set"
    )]
    [InlineData(Helper, "message", "I go first", "status.responders[1]: Invalid value")]
    public async Task Responder_updates_are_validated(string responder, string member, string value, string fault)
    {
        using LiveCluster cluster = await StartAsync(Helper);
        Request(cluster, "first", Own);
        await cluster.UntilAsync(() => Process(cluster, 1) is { } p && State(p, Mover) == "Active");

        string refusal = Refusal(() =>
            cluster.Registry.UpdateStatus(
                BuiltInKinds.EvictionProcesses,
                "default",
                "pod-1-vm",
                document =>
                {
                    Said(document, responder)[member] = value;
                    return document;
                }
            )
        );

        Assert.Contains(fault, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        0,
        "Inactive",
        "status.targetResponders[0].state: Invalid value: \"Inactive\": must be one of: Canceled, Completed, Interrupted, because this responder must reach a final state"
    )]
    [InlineData(0, "Interrupted", "must stay Active because the responder is in progress")]
    [InlineData(
        1,
        "Active",
        "status.targetResponders[1].state: Invalid value: \"Active\": must be one of: Inactive, because the previously active has not finished processing"
    )]
    public async Task Responder_states_change_only_in_order(int index, string state, string fault)
    {
        using LiveCluster cluster = await StartAsync();
        Request(cluster, "first", Own);
        await cluster.UntilAsync(() => Process(cluster, 1) is { } p && State(p, Mover) == "Active");

        string refusal = Refusal(() =>
            cluster.Registry.UpdateStatus(
                BuiltInKinds.EvictionProcesses,
                "default",
                "pod-1-vm",
                document =>
                {
                    document["status"]!["targetResponders"]![index]!["state"] = state;
                    return document;
                }
            )
        );

        Assert.Contains(fault, refusal, StringComparison.Ordinal);
    }

    // A pod on a node, with a responder of its own.
    private static async Task<LiveCluster> StartAsync(string? second = null)
    {
        // The evictor reports within seconds of the pod's end.
        LiveCluster cluster = LiveCluster.WithWaitingClock(SandboxFeatures.EvictionRequest);
        await cluster.OpenNodesAsync("a");
        string more = second is null ? "" : $$""",{"name":"{{second}}","priority":5000}""";
        cluster.Pod("vm", $$""","evictionResponders":[{"name":"{{Mover}}","priority":10000}{{more}}]""", labels: """{"app":"vm"}""");
        await cluster.UntilAsync(() => cluster.Ready("vm") == 1);
        return cluster;
    }

    private static void Request(LiveCluster cluster, string name, string requester, string pod = "vm", string? uid = null) =>
        cluster.Create(
            BuiltInKinds.EvictionRequests,
            $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"target":{"pod":{"name":"{{{pod}}}","uid":"{{{uid ?? Uid(cluster)}}}"} },"requester":"{{{requester}}}","intent":"Eviction"} }"""
        );

    private static void Say(LiveCluster cluster, string name, string intent) =>
        cluster.Merge(BuiltInKinds.EvictionRequests, name, r => r["spec"]!["intent"] = intent);

    private static string Uid(LiveCluster cluster) => cluster.Get(BuiltInKinds.Pods, "vm")!.Uid;

    private static JsonObject? Process(LiveCluster cluster, int number) =>
        cluster.Get(BuiltInKinds.EvictionProcesses, $"pod-{number}-vm")?.ToJson();

    private static string? State(JsonObject process, string responder) =>
        process.Object("status").Array("targetResponders")?.OfType<JsonObject>().First(r => r.Text("name") == responder).Text("state");

    private static JsonObject Said(LiveCluster cluster, string responder) => Said(Process(cluster, 1)!, responder);

    private static JsonObject Said(JsonObject process, string responder) =>
        process.Object("status").Array("responders")!.OfType<JsonObject>().First(r => r.Text("name") == responder);

    private static DateTimeOffset EvictionStart(LiveCluster cluster) => Said(cluster, Responders.Evictor).Time("startTime")!.Value;

    private static string Requesters(JsonObject process) =>
        string.Join(
            ' ',
            (process.Object("status").Array("requesters") ?? []).OfType<JsonObject>().Select(r => $"{r.Text("name")}={r.Text("intent")}")
        );

    private static JsonObject? Condition(JsonObject item, string type) =>
        item.Object("status").Array("conditions")?.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);

    private static string Reason(JsonObject item, string type) =>
        $"{Condition(item, type).Text("status")} {Condition(item, type).Text("reason")}";

    private static string Refusal(Action action) => Assert.Throws<ApiException>(action).Message;
}
