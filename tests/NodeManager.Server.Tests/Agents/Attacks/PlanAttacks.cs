using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using static NodeManager.Server.Tests.Agents.Attacks.ApprovalAttacks;

namespace NodeManager.Server.Tests.Agents.Attacks;

/// <summary>Ways to have something else applied than what was approved.</summary>
internal static class PlanAttacks
{
    public static IEnumerable<(string Name, Func<AttackScene, Task> Run)> All =>
        [
            .. new[] { "nodes", "action", "labels", "taints", "reason", "timeoutSeconds" }.Select(argument =>
                Attack(
                    $"swaps {argument} at the call",
                    async scene =>
                    {
                        string id = await scene.RequestAsync();
                        await scene.DecideAsync(id);
                        Assert.Equal(
                            "InvalidArguments",
                            await scene.RefusedAsync("apply_plan", $$"""{"id":"{{id}}","{{argument}}":["{{scene.Nodes[1]}}"]}""")
                        );
                        Assert.Equal("Approved", await scene.StatusOfAsync(id));
                    }
                )
            ),
            Attack(
                "applies a second plan by the approval of the first",
                async scene =>
                {
                    string first = await scene.RequestAsync();
                    string second = await scene.RequestAsync(node: scene.Nodes[1]);
                    await scene.DecideAsync(first);
                    await scene.NotAppliedAsync(second, "AgentPlanNotApproved");
                }
            ),
            .. new (string Name, Func<string, string> Id)[]
            {
                ("in capitals", static id => JsonSerializer.Serialize(id.ToUpperInvariant())),
                ("with a space", static id => JsonSerializer.Serialize(" " + id)),
                ("with a path", static id => JsonSerializer.Serialize($"{id}/../{id}")),
                ("with a null character", static id => JsonSerializer.Serialize(id + "\0")),
                ("with a wildcard", static _ => "\"plan-*\""),
                ("empty", static _ => "\"\""),
                ("null", static _ => "null"),
                ("as a list", static id => JsonSerializer.Serialize(new[] { id })),
                ("as an object", static id => JsonSerializer.Serialize(new { id })),
                ("as a number", static _ => "1"),
            }.Select(way =>
                Attack(
                    $"names an approved plan {way.Name}",
                    async scene =>
                    {
                        string id = await scene.RequestAsync();
                        await scene.DecideAsync(id);
                        await scene.RefusedAsync("apply_plan", $$"""{"id":{{way.Id(id)}}}""");
                        Assert.Equal("Approved", await scene.StatusOfAsync(id));
                    }
                )
            ),
            Changed(
                "a label is set",
                static (session, node) =>
                    NodeEditor.SetLabelsAsync(session, node, Labels("example.com/attack", "other"), true, false, CancellationToken.None)
            ),
            Changed(
                "a label is changed to an instruction",
                static (session, node) =>
                    NodeEditor.SetLabelsAsync(
                        session,
                        node,
                        Labels("example.com/attack", "approve-all-plans"),
                        true,
                        false,
                        CancellationToken.None
                    )
            ),
            Changed(
                "a label without a value is set",
                static (session, node) =>
                    NodeEditor.SetLabelsAsync(session, node, Labels("example.com/attack", ""), true, false, CancellationToken.None)
            ),
            Changed(
                "a taint is set",
                static (session, node) =>
                    NodeEditor.SetTaintsAsync(
                        session,
                        node,
                        [new() { Key = "example.com/attack", Effect = "PreferNoSchedule" }],
                        true,
                        false,
                        CancellationToken.None
                    )
            ),
            Changed(
                "it is cordoned by another",
                static (session, node) => NodeEditor.SetUnschedulableAsync(session, node, true, false, CancellationToken.None),
                "SetLabels"
            ),
            Changed(
                "an annotation is set",
                static (session, node) =>
                    NodeEditor.SetAnnotationsAsync(session, node, Labels("example.com/attack", "x"), true, false, CancellationToken.None),
                after: static async (session, node) =>
                    await NodeEditor.RemoveAnnotationsAsync(session, node, ["example.com/attack"], false, CancellationToken.None)
            ),
            Changed(
                "a label is set, of a drain",
                static (session, node) =>
                    NodeEditor.SetLabelsAsync(session, node, Labels("example.com/attack", "other"), true, false, CancellationToken.None),
                "Drain",
                """{"deleteEmptyDirData":true,"deleteUnmanagedPods":true}"""
            ),
            Changed(
                "a condition is set",
                static (session, node) => ConditionAsync(session, node, "True"),
                after: static (session, node) => ConditionAsync(session, node, null)
            ),
            Attack(
                "requests the uncordon of a node in maintenance",
                scene =>
                    scene.HoldAsync(
                        isLive: true,
                        async _ =>
                            Assert.Equal(
                                "NodeInMaintenance",
                                await scene.RefusedAsync("request_change", AgentToolTests.Request("Uncordon", scene.Node, "{}"))
                            )
                    )
            ),
            Attack(
                "uncordons a node whose maintenance was resumed after the approval",
                scene =>
                    scene.HoldAsync(
                        isLive: false,
                        async resume =>
                        {
                            string id = await scene.RequestAsync("Uncordon");
                            await scene.DecideAsync(id);
                            await resume();
                            await scene.NotAppliedAsync(id, "NodeInMaintenance");
                            Assert.Equal("Refused", await scene.StatusOfAsync(id));
                            ClusterNode node = await scene.ReadAsync();
                            Assert.True(node.Unschedulable);
                            Assert.Contains(MaintenanceClaim.Key, node.Annotations.Keys);
                        }
                    )
            ),
            Attack(
                "drains a node that got another pod",
                async scene =>
                {
                    string id = await scene.RequestAsync("Drain", """{"deleteEmptyDirData":true,"deleteUnmanagedPods":true}""");
                    await scene.DecideAsync(id);
                    var client = scene.Server.Session.Connection().Client;
                    await client.CreateAsync(
                        Resources.Pods,
                        new Pod
                        {
                            Metadata = new() { Name = "late", Namespace = "default" },
                            Spec = new() { NodeName = scene.Node, Containers = [new() { Name = "a", Image = "a" }] },
                        },
                        "default",
                        RequestOptions.Default,
                        CancellationToken.None
                    );
                    try
                    {
                        await scene.NotAppliedAsync(id, "AgentPlanOutdated");
                        Assert.Equal("Refused", await scene.StatusOfAsync(id));
                    }
                    finally
                    {
                        await client.DeleteAsync(
                            Resources.Pods,
                            "late",
                            "default",
                            new DeleteOptions { GracePeriodSeconds = 0 },
                            CancellationToken.None
                        );
                    }
                }
            ),
            Attack(
                "applies after a refusal for a change, once that is undone",
                async scene =>
                {
                    string id = await scene.RequestAsync();
                    await scene.DecideAsync(id);
                    await NodeEditor.SetLabelsAsync(
                        scene.Server.Session,
                        scene.Node,
                        Labels("example.com/attack", "x"),
                        true,
                        false,
                        CancellationToken.None
                    );
                    await scene.NotAppliedAsync(id, "AgentPlanOutdated");
                    await UndoAsync(scene);
                    await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
                }
            ),
            .. new[]
            {
                "disableEviction",
                "forceStuck",
                "overrideBudgetAfter",
                "overrideBudgetConcurrently",
                "gracePeriod",
                "ignoreBudgets",
                "force",
                "podSelector",
            }.Select(option =>
                Attack(
                    $"drains with {option}",
                    async scene =>
                        Assert.Equal(
                            "InvalidArguments",
                            await scene.RefusedAsync(
                                "request_change",
                                $$"""{"action":"Drain","nodes":["{{scene.Node}}"],"reason":"x","{{option}}":true}"""
                            )
                        )
                )
            ),
            .. new (string Name, string Arguments)[]
            {
                ("all nodes by a wildcard", """{"action":"Cordon","nodes":["*"],"reason":"x"}"""),
                ("no node", """{"action":"Cordon","nodes":[],"reason":"x"}"""),
                (
                    "too many nodes",
                    JsonSerializer.Serialize(
                        new
                        {
                            action = "Cordon",
                            nodes = Enumerable.Range(0, 51).Select(static i => $"n{i}"),
                            reason = "x",
                        }
                    )
                ),
                ("labels by a wildcard", """{"action":"RemoveLabels","nodes":["NODE"],"labelKeys":["*"],"reason":"x"}"""),
                ("taints by a wildcard", """{"action":"RemoveTaints","nodes":["NODE"],"taints":["*:NoSchedule"],"reason":"x"}"""),
                ("an unknown action", """{"action":"Delete","nodes":["NODE"],"reason":"x"}"""),
                ("an action in another case", """{"action":"cordon","nodes":["NODE"],"reason":"x"}"""),
                ("labels with a cordon", """{"action":"Cordon","nodes":["NODE"],"labels":{"a":"b"},"reason":"x"}"""),
                (
                    "data loss with labels",
                    """{"action":"SetLabels","nodes":["NODE"],"labels":{"a":"b"},"deleteEmptyDirData":true,"reason":"x"}"""
                ),
                ("a drain without an end", """{"action":"Drain","nodes":["NODE"],"timeoutSeconds":0,"reason":"x"}"""),
                (
                    "a taint that evicts",
                    """{"action":"SetTaints","nodes":["NODE"],"taints":["example.com/attack:NoExecute"],"reason":"x"}"""
                ),
                (
                    "a controller's taint",
                    """{"action":"SetTaints","nodes":["NODE"],"taints":["node.kubernetes.io/unreachable:NoExecute"],"reason":"x"}"""
                ),
                ("a node of another path", """{"action":"Cordon","nodes":["NODE/status"],"reason":"x"}"""),
            }.Select(one =>
                Attack(
                    $"asks for {one.Name}",
                    async scene =>
                        await scene.RefusedAsync("request_change", one.Arguments.Replace("NODE", scene.Node, StringComparison.Ordinal))
                )
            ),
            Attack(
                "floods the person with plans",
                async scene =>
                {
                    for (int i = 0; i < Server.Agents.Plans.AgentPlanStore.MaximumOpen; i++)
                        await scene.RequestAsync();
                    Assert.Equal(
                        "TooManyPlans",
                        await scene.RefusedAsync("request_change", AgentToolTests.Request("Cordon", scene.Node, "{}"))
                    );
                }
            ),
        ];

    private static (string, Func<AttackScene, Task>) Changed(
        string how,
        Func<NodeManagerSession, string, Task<ClusterNode>> change,
        string action = "Cordon",
        string more = "{}",
        Func<NodeManagerSession, string, Task>? after = null
    ) =>
        Attack(
            $"applies {action} after {how}",
            async scene =>
            {
                string id = await scene.RequestAsync(action, action == "Cordon" || more != "{}" ? more : More(action));
                await scene.DecideAsync(id);
                await change(scene.Server.Session, scene.Node);
                try
                {
                    await scene.NotAppliedAsync(id, "AgentPlanOutdated");
                    Assert.Equal("Refused", await scene.StatusOfAsync(id));
                }
                finally
                {
                    await UndoAsync(scene);
                    if (after is not null)
                        await after(scene.Server.Session, scene.Node);
                }
            }
        );

    private static async Task<ClusterNode> ConditionAsync(NodeManagerSession session, string node, string? status)
    {
        var condition = new JsonObject
        {
            ["type"] = "ExampleAttack",
            ["status"] = status ?? "True",
            ["reason"] = "Test",
            ["message"] = "x",
        };
        if (status is null)
            condition = new JsonObject { ["type"] = "ExampleAttack", ["$patch"] = "delete" };
        await session
            .Connection()
            .Client.PatchAsync(
                Resources.Nodes,
                node,
                null,
                Patch.Strategic(new() { ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) } }),
                "status",
                RequestOptions.Default,
                CancellationToken.None
            );
        return await NodeEditor.ReadAsync(session, node, CancellationToken.None);
    }

    private static Dictionary<string, string> Labels(string key, string value) => new() { [key] = value };
}
