using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using NodeManager.Server.Access;
using NodeManager.Server.Agents.Plans;

namespace NodeManager.Server.Agents;

/// <summary>
/// The Model Context Protocol over streamable HTTP: POST for messages, GET for the stream, DELETE for the end of a session. Requires a
/// token; browser sessions are refused.
/// </summary>
internal sealed class AgentEndpoint(AgentSessions sessions, IHostApplicationLifetime host, TimeProvider time)
{
    public const string Path = "/mcp";

    private const string SessionHeader = "Mcp-Session-Id";
    private const string VersionHeader = "MCP-Protocol-Version";
    private const string EventStream = "text/event-stream";

    private static readonly TimeSpan KeepAlivePause = TimeSpan.FromSeconds(15);
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    // Revisions with sessions; later clients negotiate one of these.
    private static readonly string[] Versions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

    private static readonly JsonTypeInfo<JsonRpcMessage> Message =
        (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));
    private static readonly JsonTypeInfo<JsonRpcError> Error =
        (JsonTypeInfo<JsonRpcError>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcError));

    public void Map(IEndpointRouteBuilder routes)
    {
        // Every caller may open a session; what its tools may do is theirs to refuse.
        routes.MapPost(Path, PostAsync).ForAnyViewer().WithMetadata(WritesOwnAudit.Instance).ExcludeFromDescription();
        routes.MapGet(Path, ListenAsync).ForAnyViewer().ExcludeFromDescription();
        routes.MapDelete(Path, EndAsync).ForAnyViewer().ExcludeFromDescription();
    }

    private async Task PostAsync(HttpContext context)
    {
        if (!Accepts(context, "application/json") || !Accepts(context, EventStream))
        {
            await RefuseAsync(context, StatusCodes.Status406NotAcceptable, $"Accept both application/json and {EventStream}.");
            return;
        }

        if (!context.Request.HasJsonContentType())
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "Send 'Content-Type: application/json'.");
            return;
        }

        (JsonRpcMessage? message, bool isJson) = await ReadAsync(context);
        if (!isJson)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The body is not JSON.", McpErrorCode.ParseError);
            return;
        }

        RequestId id = message is JsonRpcRequest request ? request.Id : default;
        if (message is null)
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The body is not a JSON-RPC message.", McpErrorCode.InvalidRequest);
        else if (context.Request.Headers[VersionHeader].ToString() is { Length: > 0 } version && !Versions.Contains(version))
            await RefuseVersionAsync(context, version, id);
        else if (await SessionAsync(context, message, id) is { } session)
            await AnswerAsync(context, session, message);
    }

    // Null for other JSON.
    private static async Task<(JsonRpcMessage? Message, bool IsJson)> ReadAsync(HttpContext context)
    {
        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            try
            {
                return (body.RootElement.ValueKind == JsonValueKind.Object ? body.RootElement.Deserialize(Message) : null, true);
            }
            catch (JsonException)
            {
                return (null, true);
            }
        }
        catch (JsonException)
        {
            return (null, false);
        }
    }

    private async Task AnswerAsync(HttpContext context, AgentSession session, JsonRpcMessage message)
    {
        message.Context ??= new();
        message.Context.User = context.User;
        // A revoked token ends calls in progress.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            context.Features.Get<Grant>()?.Ended ?? CancellationToken.None
        );
        Prepare(context, session);
        try
        {
            if (await session.Transport.HandlePostRequestAsync(message, context.Response.Body, end.Token))
                return;
            context.Response.Headers.ContentType = default;
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            context.Abort();
        }
        finally
        {
            // A failed handshake leaves no session.
            if (message is JsonRpcRequest { Method: RequestMethods.Initialize } && !session.IsInitialized)
                await sessions.EndAsync(session);
        }
    }

    private async Task ListenAsync(HttpContext context)
    {
        if (!Accepts(context, EventStream))
        {
            await RefuseAsync(context, StatusCodes.Status406NotAcceptable, $"Accept {EventStream}.");
            return;
        }

        if (await SessionAsync(context, null, default) is not { } session)
            return;
        if (!session.TryListen())
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, "The session has its stream; it has one.");
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource([
            context.RequestAborted,
            host.ApplicationStopping,
            session.Closed,
            context.Features.Get<Grant>()?.Ended ?? CancellationToken.None,
        ]);
        Prepare(context, session);
        try
        {
            // All messages belong to a call and are in its response. The stream is only kept open for clients that expect one, with
            // comments that detect disconnects.
            while (!end.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(KeepAlive, end.Token);
                await context.Response.Body.FlushAsync(end.Token);
                await Task.Delay(KeepAlivePause, time, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client or the session ended the stream.
        }
        finally
        {
            session.EndListening();
        }
    }

    private async Task EndAsync(HttpContext context)
    {
        if (await SessionAsync(context, null, default) is not { } session)
            return;
        await sessions.EndAsync(session);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Null: the response has been sent.
    private async Task<AgentSession?> SessionAsync(HttpContext context, JsonRpcMessage? message, RequestId id)
    {
        if (context.User.HasClaim(System.Security.Claims.ClaimTypes.AuthenticationMethod, LocalAuthentication.Browser))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "Agents send a token, as 'Authorization: Bearer TOKEN'.", id: id);
            return null;
        }

        AgentCaller caller = Callers.Of(context);
        string sent = context.Request.Headers[SessionHeader].ToString();
        if (sent.Length == 0)
        {
            if (message is JsonRpcRequest { Method: RequestMethods.Initialize })
                return await sessions.OpenAsync(caller);
            await RefuseAsync(
                context,
                StatusCodes.Status400BadRequest,
                $"A session begins with an initialize request; other messages carry its {SessionHeader}.",
                id: id
            );
            return null;
        }

        AgentSession? session = sessions.Find(sent);
        // Another caller's session is reported as missing.
        if (session is not null && session.Caller == caller)
            return session;
        await RefuseAsync(
            context,
            StatusCodes.Status404NotFound,
            "The session does not exist. Initialize a new one.",
            (McpErrorCode)(-32001),
            id
        );
        return null;
    }

    private static void Prepare(HttpContext context, AgentSession session)
    {
        context.Response.Headers[SessionHeader] = session.Id;
        context.Response.Headers.ContentType = EventStream;
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }

    private static bool Accepts(HttpContext context, string type) =>
        context.Request.GetTypedHeaders().Accept.Any(one => one.MatchesMediaType(type));

    private static Task RefuseVersionAsync(HttpContext context, string version, RequestId id) =>
        WriteAsync(
            context,
            StatusCodes.Status400BadRequest,
            new()
            {
                Id = id,
                Error = new()
                {
                    Code = (int)McpErrorCode.UnsupportedProtocolVersion,
                    Message = "The protocol version is not supported.",
                    Data = JsonSerializer.SerializeToElement(new { supported = Versions, requested = DisplayText.Escape(version) }),
                },
            }
        );

    private static Task RefuseAsync(
        HttpContext context,
        int status,
        string message,
        McpErrorCode code = (McpErrorCode)(-32000),
        RequestId id = default
    ) =>
        WriteAsync(
            context,
            status,
            new()
            {
                Id = id,
                Error = new() { Code = (int)code, Message = message },
            }
        );

    private static async Task WriteAsync(HttpContext context, int status, JsonRpcError error)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(error, Error);
    }
}
