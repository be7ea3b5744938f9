using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Agents;

/// <summary>Reads and decides plans of agents at a NodeManager server. The token is only sent in a header.</summary>
public sealed partial class AgentPlanClient : IDisposable
{
    private const string Path = "/api/v1/agents/plans";

    private readonly HttpClient _http;
    private readonly Uri _server;

    /// <param name="server">HTTPS, or an address of this computer.</param>
    public AgentPlanClient(Uri server, string token)
    {
        if (!server.IsAbsoluteUri || (server.Scheme != Uri.UriSchemeHttps && !(server.Scheme == Uri.UriSchemeHttp && server.IsLoopback)))
        {
            throw new NodeManagerException(
                ErrorIds.AgentServerInvalid,
                ErrorKind.InvalidArgument,
                $"'{server}' is neither an HTTPS address nor an address of this computer.",
                server,
                "Use the HTTPS address of the server, or run the command where the server runs."
            );
        }

        _server = new(server.GetLeftPart(UriPartial.Authority));
        _http = new(ProviderHttp.Transport(null, insecure: false)) { BaseAddress = _server, Timeout = TimeSpan.FromSeconds(100) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<NodeAgentPlan>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await SendAsync(HttpMethod.Get, "", Wire.Default.ListPlan, cancellationToken)).Select(ToPlan)];

    public async Task<NodeAgentPlan> GetAsync(string id, CancellationToken cancellationToken) =>
        ToPlan(await SendAsync(HttpMethod.Get, "/" + Uri.EscapeDataString(id), Wire.Default.Plan, cancellationToken));

    /// <param name="confirmCluster">The name of the cluster, required for a protected cluster; null for none.</param>
    public async Task<NodeAgentPlan> DecideAsync(string id, bool approve, string? confirmCluster, CancellationToken cancellationToken) =>
        ToPlan(
            await SendAsync(
                HttpMethod.Post,
                $"/{Uri.EscapeDataString(id)}/{(approve ? "approve" : "deny")}",
                Wire.Default.Plan,
                cancellationToken,
                confirmCluster
            )
        );

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(
        HttpMethod method,
        string path,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> answer,
        CancellationToken cancellationToken,
        string? confirmCluster = null
    )
        where T : class
    {
        using var request = new HttpRequestMessage(method, Path + path);
        if (confirmCluster is not null)
            request.Headers.TryAddWithoutValidation("X-Confirm-Cluster", confirmCluster);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (response.IsSuccessStatusCode)
                return await JsonSerializer.DeserializeAsync(body, answer, cancellationToken) ?? throw new JsonException("It is null.");
            Refusal? refusal = await ReadRefusalAsync(body, cancellationToken);
            throw Refused(response.StatusCode, refusal);
        }
        catch (JsonException unreadable)
        {
            throw Failed($"{_server} does not answer as a NodeManager server does: {unreadable.Message}", unreadable);
        }
        catch (HttpRequestException failure)
        {
            throw ProviderHttp.IsCertificateRefused(failure)
                ? new NodeManagerException(
                    ErrorIds.CertificateUntrusted,
                    ErrorKind.SecurityError,
                    $"The certificate of {_server} is not trusted: {failure.InnerException?.Message}",
                    _server,
                    ProviderHttp.CertificateAdvice(failure, "Trust its issuer on this computer."),
                    failure
                )
                : new NodeManagerException(
                    ErrorIds.ServerUnreachable,
                    ErrorKind.ConnectionError,
                    $"{_server} does not answer: {failure.Message}",
                    _server,
                    "Check the address, and whether the server runs.",
                    failure
                );
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeManagerException(
                ErrorIds.ServerUnreachable,
                ErrorKind.OperationTimeout,
                $"{_server} did not answer within {_http.Timeout.TotalSeconds:0} s.",
                _server,
                "Check the server.",
                late
            );
        }
    }

    private static async Task<Refusal?> ReadRefusalAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(body, Wire.Default.Refusal, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private NodeManagerException Refused(HttpStatusCode status, Refusal? refusal) =>
        (status, refusal?.Error) switch
        {
            (_, ErrorIds.AgentPlanNotFound) => new(
                ErrorIds.AgentPlanNotFound,
                ErrorKind.ObjectNotFound,
                refusal.Message,
                _server,
                "List the plans with Get-NodeAgentPlan."
            ),
            (_, ErrorIds.AgentPlanNotPending) => new(
                ErrorIds.AgentPlanNotPending,
                ErrorKind.InvalidOperation,
                refusal.Message,
                _server,
                "Have the agent request a new plan."
            ),
            (_, ErrorIds.AgentPlanSelfApproval) => new(
                ErrorIds.AgentPlanSelfApproval,
                ErrorKind.PermissionDenied,
                refusal.Message,
                _server,
                "Use an admin token that no agent has."
            ),
            (_, ErrorIds.ProtectedCluster) => new(
                ErrorIds.ProtectedCluster,
                ErrorKind.PermissionDenied,
                refusal.Message,
                _server,
                "Specify -ConfirmCluster with the name of the cluster."
            ),
            (HttpStatusCode.Unauthorized, _) => new(
                ErrorIds.Unauthorized,
                ErrorKind.AuthenticationError,
                $"{_server} does not accept the token.",
                _server,
                "Use an admin token of the server, which it printed at its start."
            ),
            (HttpStatusCode.Forbidden, _) => new(
                ErrorIds.Forbidden,
                ErrorKind.PermissionDenied,
                refusal?.Message ?? $"{_server} answered 403.",
                _server,
                "Use an admin token."
            ),
            _ => Failed(refusal?.Message ?? $"{_server} answered {(int)status}.", null),
        };

    private NodeManagerException Failed(string message, Exception? cause) =>
        new(
            ErrorIds.UnexpectedAnswer,
            ErrorKind.ProtocolError,
            message,
            _server,
            "Check that the address is that of a NodeManager server.",
            cause
        );

    private NodeAgentPlan ToPlan(Plan plan) =>
        new()
        {
            Id = plan.Id,
            Action = plan.Action,
            Status = plan.Status,
            Server = _server.ToString(),
            Cluster = plan.Cluster,
            Nodes = new(plan.Nodes),
            Steps = new(plan.Steps),
            Warnings = new(plan.Warnings),
            Reason = plan.Reason,
            RequestedBy = plan.RequestedBy,
            RequestedAt = plan.RequestedAt,
            ExpiresAt = plan.ExpiresAt,
            DecidedBy = plan.DecidedBy ?? "",
            DecidedAt = plan.DecidedAt,
            Result = plan.Result ?? "",
            Operation = plan.Operation ?? "",
            Fields = new([
                .. (plan.Data?.Fields ?? []).Select(static one => new NodeAgentPlanField
                {
                    Node = one.Node,
                    Field = one.Field,
                    Before = one.Before,
                    After = one.After,
                }),
            ]),
            Labels = new(plan.Data?.Labels ?? []),
            LabelKeys = new(plan.Data?.Keys ?? []),
            Taints = new([.. (plan.Data?.Taints ?? []).Select(static one => one.ToText())]),
            DeleteEmptyDirData = plan.Data?.DeleteEmptydirData == true,
            DeleteUnmanagedPods = plan.Data?.DeleteUnmanagedPods == true,
            Timeout = plan.Data?.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Pods = new(plan.Data?.Pods ?? []),
        };

    private sealed record Plan(
        string Id,
        string Action,
        string Cluster,
        string[] Nodes,
        string[] Steps,
        string[] Warnings,
        string Reason,
        string RequestedBy,
        DateTimeOffset RequestedAt,
        string Status,
        DateTimeOffset ExpiresAt,
        string? DecidedBy,
        DateTimeOffset? DecidedAt,
        string? Result,
        string? Operation,
        PlanData? Data
    );

    private sealed record PlanData(
        Dictionary<string, string>? Labels,
        string[]? Keys,
        PlanTaint[]? Taints,
        bool? DeleteEmptydirData,
        bool? DeleteUnmanagedPods,
        long? TimeoutSeconds,
        string[]? Pods,
        PlanField[]? Fields
    );

    private sealed record PlanTaint(string Key, string? Value, string? Effect)
    {
        public string ToText() => $"{Key}{(Value is { Length: > 0 } ? "=" + Value : "")}{(Effect is { Length: > 0 } ? ":" + Effect : "")}";
    }

    private sealed record PlanField(string Node, string Field, string? Before, string? After);

    private sealed record Refusal(string Error, string Message);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(Plan))]
    [JsonSerializable(typeof(List<Plan>))]
    [JsonSerializable(typeof(Refusal))]
    private sealed partial class Wire : JsonSerializerContext;
}
