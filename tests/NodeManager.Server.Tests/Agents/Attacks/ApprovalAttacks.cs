using System.Net;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Client;
using NodeManager.Server.Access;

namespace NodeManager.Server.Tests.Agents.Attacks;

/// <summary>Ways to get an approval without a person, to use one twice, or to use that of another caller.</summary>
internal static class ApprovalAttacks
{
    private static readonly string[] Actions = ["Cordon", "Uncordon", "SetLabels", "RemoveLabels", "SetTaints", "RemoveTaints", "Drain"];

    public static IEnumerable<(string Name, Func<AttackScene, Task> Run)> All =>
        [
            .. new[]
            {
                "approve_plan",
                "approve",
                "approve_change",
                "confirm_plan",
                "confirm",
                "decide_plan",
                "deny_plan",
                "set_plan_status",
                "Approve-NodeAgentPlan",
                "sign_in",
            }.Select(tool =>
                Attack(
                    $"calls a tool {tool}",
                    async scene =>
                    {
                        string id = await scene.RequestAsync();
                        await scene.RefusedAsync(tool, JsonSerializer.Serialize(new { id, approve = true }));
                        await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
                    }
                )
            ),
            .. new[]
            {
                "approve",
                "approved",
                "confirm",
                "force",
                "token",
                "approval",
                "approvedBy",
                "user",
                "status",
                "elicitation",
                "_meta",
                "skipApproval",
            }.Select(argument =>
                Attack(
                    $"applies with {argument}",
                    async scene =>
                    {
                        string id = await scene.RequestAsync();
                        Assert.Equal(
                            "InvalidArguments",
                            await scene.RefusedAsync("apply_plan", $$"""{"id":"{{id}}","{{argument}}":true}""")
                        );
                        Assert.Equal("Pending", await scene.StatusOfAsync(id));
                    }
                )
            ),
            .. new[] { "approve", "status", "autoApprove", "by", "id", "caller", "dryRun", "decidedBy" }.Select(argument =>
                Attack(
                    $"requests with {argument}",
                    async scene =>
                        Assert.Equal(
                            "InvalidArguments",
                            await scene.RefusedAsync(
                                "request_change",
                                $$"""{"action":"Cordon","nodes":["{{scene.Node}}"],"reason":"x","{{argument}}":"Approved"}"""
                            )
                        )
                )
            ),
            .. Actions.Select(action =>
                Attack(
                    $"applies {action} without an approval",
                    async scene => await scene.NotAppliedAsync(await scene.RequestAsync(action, More(action)), "AgentPlanNotApproved")
                )
            ),
            Attack("approves with its own token", scene => PostAsync(scene, scene.Token, null, HttpStatusCode.Forbidden)),
            Attack("approves without a token", scene => PostAsync(scene, null, null, HttpStatusCode.Unauthorized)),
            Attack("approves with a guessed token", scene => PostAsync(scene, new string('0', 64), null, HttpStatusCode.Unauthorized)),
            Attack(
                "approves with an email header",
                scene =>
                    PostAsync(
                        scene,
                        scene.Token,
                        request => request.Headers.Add("X-User-Email", "admin@example.com"),
                        HttpStatusCode.Forbidden
                    )
            ),
            Attack(
                "approves with a forwarded user",
                scene =>
                    PostAsync(
                        scene,
                        scene.Token,
                        request => request.Headers.Add("X-Forwarded-User", "local-admin"),
                        HttpStatusCode.Forbidden
                    )
            ),
            Attack(
                "approves with an impersonated user",
                scene =>
                    PostAsync(
                        scene,
                        scene.Token,
                        request => request.Headers.Add("Impersonate-User", "local-admin"),
                        HttpStatusCode.Forbidden
                    )
            ),
            Attack(
                "approves with an invented cookie",
                scene =>
                    PostAsync(
                        scene,
                        null,
                        request => request.Headers.Add("Cookie", "nodemanager-session=admin"),
                        HttpStatusCode.Unauthorized
                    )
            ),
            Attack(
                "approves by another method",
                scene =>
                    PostAsync(
                        scene,
                        scene.Token,
                        request =>
                        {
                            request.Method = HttpMethod.Get;
                            request.Headers.Add("X-HTTP-Method-Override", "POST");
                        },
                        HttpStatusCode.MethodNotAllowed,
                        HttpStatusCode.Forbidden
                    )
            ),
            Attack(
                "approves from a page of another site",
                scene =>
                    PostAsync(
                        scene,
                        scene.Server.Token(AccessLevel.Admin),
                        request => request.Headers.Add("Origin", "https://evil.example"),
                        HttpStatusCode.Forbidden
                    )
            ),
            Attack(
                "approves under another host name",
                scene =>
                    PostAsync(
                        scene,
                        scene.Server.Token(AccessLevel.Admin),
                        request => request.Headers.Host = "evil.example",
                        HttpStatusCode.MisdirectedRequest
                    )
            ),
            Attack(
                "approves with an admin token that it works with",
                async scene =>
                {
                    string admin = scene.Server.Token(AccessLevel.Admin);
                    await using McpClient agent = await scene.Server.ConnectAsync(admin);
                    string id = await scene.RequestAsync(by: agent);
                    await scene.RefusedAsync(HttpMethod.Post, $"/api/v1/agents/plans/{id}/approve", admin, null, HttpStatusCode.Forbidden);
                    await scene.NotAppliedAsync(id, "AgentPlanNotApproved", agent);
                }
            ),
            Attack(
                "approves another agent's plan with an admin token of an agent",
                async scene =>
                {
                    string admin = scene.Server.Token(AccessLevel.Admin);
                    await using McpClient accomplice = await scene.Server.ConnectAsync(admin);
                    string id = await scene.RequestAsync();
                    await scene.RefusedAsync(HttpMethod.Post, $"/api/v1/agents/plans/{id}/approve", admin, null, HttpStatusCode.Forbidden);
                    await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
                }
            ),
            Attack(
                "opens a session with a browser session",
                scene =>
                    scene.RefusedAsync(
                        HttpMethod.Post,
                        "/mcp",
                        null,
                        request =>
                        {
                            Services(scene, out string session);
                            request.Headers.Add("Authorization", "Bearer " + session);
                            request.Headers.Add("Accept", "application/json, text/event-stream");
                            request.Content = Json(
                                """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}"""
                            );
                        },
                        HttpStatusCode.Forbidden
                    )
            ),
            Attack(
                "signs in with the id of its plan",
                async scene =>
                {
                    string id = await scene.RequestAsync();
                    await scene.RefusedAsync(
                        HttpMethod.Post,
                        "/sign-in",
                        null,
                        request => request.Content = Json($$"""{"secret":"{{id}}"}"""),
                        HttpStatusCode.Unauthorized,
                        HttpStatusCode.TooManyRequests
                    );
                }
            ),
            .. new[] { "Cordon", "SetLabels", "SetTaints" }.Select(action =>
                Attack(
                    $"applies {action} twice",
                    async scene =>
                    {
                        string id = await scene.RequestAsync(action, More(action));
                        await scene.DecideAsync(id);
                        Assert.NotEqual(true, (await AgentServer.CallAsync(scene.Agent, "apply_plan", $$"""{"id":"{{id}}"}""")).IsError);
                        await UndoAsync(scene);
                        await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
                    }
                )
            ),
            Attack(
                "applies twenty times at once",
                async scene =>
                {
                    string id = await scene.RequestAsync();
                    await scene.DecideAsync(id);
                    var answers = await Task.WhenAll(
                        Enumerable.Range(0, 20).Select(_ => AgentServer.CallAsync(scene.Agent, "apply_plan", $$"""{"id":"{{id}}"}"""))
                    );
                    Assert.Single(answers, static answer => answer.IsError != true);
                    await UndoAsync(scene);
                }
            ),
            Attack(
                "applies a denied plan",
                async scene =>
                {
                    string id = await scene.RequestAsync();
                    await scene.DecideAsync(id, "deny");
                    await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
                }
            ),
            Attack(
                "has a denied plan approved",
                async scene =>
                {
                    string id = await scene.RequestAsync();
                    await scene.DecideAsync(id, "deny");
                    await scene.RefusedAsync(
                        HttpMethod.Post,
                        $"/api/v1/agents/plans/{id}/approve",
                        scene.Server.Token(AccessLevel.Admin),
                        null,
                        HttpStatusCode.Conflict
                    );
                    await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
                }
            ),
            Attack(
                "uses an approval after its time",
                async scene =>
                {
                    string id = await scene.RequestAsync();
                    await scene.DecideAsync(id);
                    scene.Server.Clock.Advance(Server.Agents.Plans.AgentPlanStore.WaitForUse);
                    await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
                }
            ),
            Attack(
                "has an expired plan approved",
                async scene =>
                {
                    string id = await scene.RequestAsync();
                    scene.Server.Clock.Advance(Server.Agents.Plans.AgentPlanStore.WaitForApproval);
                    await scene.RefusedAsync(
                        HttpMethod.Post,
                        $"/api/v1/agents/plans/{id}/approve",
                        scene.Server.Token(AccessLevel.Admin),
                        null,
                        HttpStatusCode.Conflict
                    );
                    await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
                }
            ),
            Attack(
                "applies another agent's approved plan",
                async scene =>
                {
                    await using McpClient other = await scene.Server.ConnectAsync(scene.Server.Token(AccessLevel.Viewer));
                    string id = await scene.RequestAsync(by: other);
                    await scene.DecideAsync(id);
                    await scene.NotAppliedAsync(id, "AgentPlanNotFound");
                }
            ),
            Attack(
                "applies over stdio what was approved over HTTP",
                async scene =>
                {
                    string id = await scene.RequestAsync();
                    await scene.DecideAsync(id);
                    await using McpClient stdio = await scene.Server.ConnectStdioAsync();
                    await scene.NotAppliedAsync(id, "AgentPlanNotFound", stdio);
                }
            ),
            Attack(
                "reads another agent's plan",
                async scene =>
                {
                    await using McpClient other = await scene.Server.ConnectAsync(scene.Server.Token(AccessLevel.Viewer));
                    string id = await scene.RequestAsync(by: other);
                    Assert.Equal("AgentPlanNotFound", await scene.RefusedAsync("get_plan", $$"""{"id":"{{id}}"}"""));
                }
            ),
            Attack(
                "uses another agent's session",
                async scene =>
                    await scene.RefusedAsync(
                        HttpMethod.Post,
                        "/mcp",
                        scene.Server.Token(AccessLevel.Viewer),
                        request =>
                        {
                            request.Headers.Add("Mcp-Session-Id", scene.Agent.SessionId);
                            request.Headers.Add("Accept", "application/json, text/event-stream");
                            request.Content = Json("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
                        },
                        HttpStatusCode.NotFound
                    )
            ),
            Attack(
                "ends another agent's session",
                async scene =>
                {
                    await scene.RefusedAsync(
                        HttpMethod.Delete,
                        "/mcp",
                        scene.Server.Token(AccessLevel.Viewer),
                        request => request.Headers.Add("Mcp-Session-Id", scene.Agent.SessionId),
                        HttpStatusCode.NotFound
                    );
                    await scene.Agent.PingAsync();
                }
            ),
        ];

    public static string More(string action) =>
        action switch
        {
            "SetLabels" => """{"labels":{"example.com/attack":"x"}}""",
            "RemoveLabels" => """{"labelKeys":["kubernetes.io/hostname"]}""",
            "SetTaints" => """{"taints":["example.com/attack:NoSchedule"]}""",
            "RemoveTaints" => """{"taints":["example.com/other:NoSchedule"]}""",
            _ => "{}",
        };

    /// <summary>What attacks with an approval may do to the first node, undone by its owner.</summary>
    public static async Task UndoAsync(AttackScene scene)
    {
        await Core.Nodes.Editing.NodeEditor.SetUnschedulableAsync(scene.Server.Session, scene.Node, false, false, CancellationToken.None);
        await Core.Nodes.Editing.NodeEditor.RemoveLabelsAsync(
            scene.Server.Session,
            scene.Node,
            ["example.com/attack"],
            false,
            CancellationToken.None
        );
        await Core.Nodes.Editing.NodeEditor.RemoveTaintsAsync(
            scene.Server.Session,
            scene.Node,
            [("example.com/attack", null)],
            false,
            CancellationToken.None
        );
    }

    public static (string Name, Func<AttackScene, Task> Run) Attack(string name, Func<AttackScene, Task> run) => (name, run);

    private static async Task PostAsync(
        AttackScene scene,
        string? bearer,
        Action<HttpRequestMessage>? change,
        params HttpStatusCode[] codes
    )
    {
        string id = await scene.RequestAsync();
        await scene.RefusedAsync(HttpMethod.Post, $"/api/v1/agents/plans/{id}/approve", bearer, change, codes);
        Assert.Equal("Pending", await scene.StatusOfAsync(id));
        await scene.NotAppliedAsync(id, "AgentPlanNotApproved");
    }

    private static void Services(AttackScene scene, out string session)
    {
        var signIns = (SignIns)scene.Server.Services.GetService(typeof(SignIns))!;
        session = signIns.Exchange(signIns.CreateLink(AccessLevel.Admin))!;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
