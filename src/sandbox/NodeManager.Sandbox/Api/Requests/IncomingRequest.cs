using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>A request, whatever front it came through.</summary>
internal sealed class IncomingRequest
{
    /// <summary>Who asks: first whom the front knows, then whom they act as.</summary>
    public UserInfo User { get; set; } = UserInfo.Administrator;

    /// <summary>As whom they want to be treated; null if as themselves.</summary>
    public ImpersonationRequest? Impersonation { get; init; }

    public required string Method { get; init; }

    /// <summary>As on the wire, escaped.</summary>
    public required string Path { get; init; }

    public required QueryParameters Query { get; init; }

    public string Accept { get; init; } = "";

    /// <summary>With parameters, as the header has it; empty if there is none.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>What the client calls itself; empty if it does not.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>The client has left: nobody reads the answer, so no work is done for it any more. A change that is stored by then stays.</summary>
    public CancellationToken Aborted { get; set; }

    /// <summary>Empty if there is no body.</summary>
    public Stream Body { get; init; } = Stream.Null;
}
