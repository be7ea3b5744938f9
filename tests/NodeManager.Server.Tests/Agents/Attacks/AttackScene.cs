using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Runs;
using NodeManager.Server.Access;

namespace NodeManager.Server.Tests.Agents.Attacks;

/// <summary>An agent that attacks, the nodes that it wants to change, and the people around it.</summary>
internal sealed class AttackScene(AgentServer server, McpClient agent, string token, IReadOnlyList<string> nodes)
{
    public AgentServer Server => server;

    public McpClient Agent => agent;

    /// <summary>Of the agent; it reads.</summary>
    public string Token => token;

    /// <summary>Workers of the cluster.</summary>
    public IReadOnlyList<string> Nodes => nodes;

    public string Node => nodes[0];

    /// <summary>A plan of the agent that waits for a person.</summary>
    public async Task<string> RequestAsync(string action = "Cordon", string more = "{}", string? node = null, McpClient? by = null)
    {
        CallToolResult answer = await AgentServer.CallAsync(
            by ?? agent,
            "request_change",
            AgentToolTests.Request(action, node ?? Node, more)
        );
        Assert.True(answer.IsError != true, AgentToolTests.Text(answer));
        return answer.StructuredContent!.Value.GetProperty("id").GetString()!;
    }

    /// <summary>A person approves or denies.</summary>
    public async Task DecideAsync(string id, string verb = "approve")
    {
        using HttpClient person = server.Person(server.Token(AccessLevel.Admin));
        using HttpResponseMessage answer = await person.PostAsync($"/api/v1/agents/plans/{id}/{verb}", null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The call is refused, by an answer or by the protocol.</summary>
    /// <returns>The error's id; empty for one of the protocol.</returns>
    public async Task<string> RefusedAsync(string tool, string arguments = "{}", McpClient? by = null)
    {
        try
        {
            CallToolResult answer = await AgentServer.CallAsync(by ?? agent, tool, arguments);
            Assert.True(answer.IsError, $"{tool} {arguments} got through: {AgentToolTests.Text(answer)}");
            return answer.StructuredContent is { } content ? content.GetProperty("error").GetString()! : "";
        }
        catch (ModelContextProtocol.McpException)
        {
            return "";
        }
    }

    /// <summary>Applying a plan is refused with this error.</summary>
    public async Task NotAppliedAsync(string id, string error, McpClient? by = null) =>
        Assert.Equal(error, await RefusedAsync("apply_plan", JsonSerializer.Serialize(new { id }), by));

    public async Task<string> StatusOfAsync(string id)
    {
        using HttpClient person = server.Person(server.Token(AccessLevel.Viewer));
        return JsonDocument.Parse(await person.GetStringAsync($"/api/v1/agents/plans/{id}")).RootElement.GetProperty("status").GetString()!;
    }

    /// <summary>A request to the server is refused with one of these codes.</summary>
    public async Task RefusedAsync(
        HttpMethod method,
        string path,
        string? bearer,
        Action<HttpRequestMessage>? change,
        params HttpStatusCode[] codes
    )
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(method, path);
        if (bearer is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + bearer);
        change?.Invoke(request);
        using HttpResponseMessage answer = await client.SendAsync(request);
        Assert.Contains(answer.StatusCode, codes);
    }

    /// <summary>Somebody else changes a node.</summary>
    public Task<ClusterNode> ChangeAsync(Func<NodeManagerSession, string, Task<ClusterNode>> change, string? node = null) =>
        change(server.Session, node ?? Node);

    public Task<ClusterNode> ReadAsync(string? node = null) => NodeEditor.ReadAsync(server.Session, node ?? Node, CancellationToken.None);

    /// <summary>Attacks the first node while a maintenance run holds it, and then undoes what was done to it.</summary>
    /// <param name="isLive">True if the process of the run works at the start of the attack.</param>
    /// <param name="attack">Gets a function that resumes the run.</param>
    public async Task HoldAsync(bool isLive, Func<Func<Task>, Task> attack)
    {
        ClusterConnection connection = server.Session.Connection();
        MaintenanceClaim claim = new()
        {
            Run = "attacked",
            Namespace = "default",
            Holder = "another@machine",
            At = connection.Time.GetUtcNow(),
            IsBegun = true,
        };
        string lease = RunLayout.NameOf(claim.Run);
        JsonObject cordon = MaintenanceClaim.Annotations((MaintenanceClaim.Key, claim.ToJson()));
        cordon["spec"] = new JsonObject { ["unschedulable"] = true };
        await connection.Client.PatchAsync(
            Resources.Nodes,
            Node,
            null,
            Patch.Merge(cordon),
            null,
            RequestOptions.Default,
            CancellationToken.None
        );
        if (isLive)
            await ResumeAsync();
        try
        {
            await attack(ResumeAsync);
        }
        finally
        {
            await connection.Client.RemoveAsync(Resources.Leases, lease, claim.Namespace, new(), CancellationToken.None);
            await ApprovalAttacks.UndoAsync(this);
        }

        Task ResumeAsync() =>
            connection.Client.CreateAsync(
                Resources.Leases,
                new Lease
                {
                    Metadata = new() { Name = lease, Namespace = claim.Namespace },
                    Spec = new()
                    {
                        HolderIdentity = claim.Holder,
                        LeaseDurationSeconds = 3600,
                        RenewTime = connection.Time.GetUtcNow(),
                    },
                },
                claim.Namespace,
                RequestOptions.Default,
                CancellationToken.None
            );
    }
}
