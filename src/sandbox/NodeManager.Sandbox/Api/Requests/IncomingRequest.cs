using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>A request of any transport.</summary>
internal sealed class IncomingRequest
{
    /// <summary>The authenticated user, then the impersonated one.</summary>
    public UserInfo User { get; set; } = UserInfo.Administrator;

    /// <summary>Null without impersonation.</summary>
    public ImpersonationRequest? Impersonation { get; init; }

    public required string Method { get; init; }

    /// <summary>Escaped.</summary>
    public required string Path { get; init; }

    public required QueryParameters Query { get; init; }

    public string Accept { get; init; } = "";

    /// <summary>With parameters; empty without a header.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>Empty without a header.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>The client has disconnected, so work on the request stops. Stored changes stay.</summary>
    public CancellationToken Aborted { get; set; }

    /// <summary>Empty without a body.</summary>
    public Stream Body { get; init; } = Stream.Null;
}
