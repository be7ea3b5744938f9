using System.Net;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Http;

/// <summary>A controller's refusal, or a missing response. Providers convert it to a <see cref="MachineResult"/>.</summary>
internal sealed class ProviderException(MachineOutcome outcome, string message, Exception? cause = null) : Exception(message, cause)
{
    public MachineOutcome Outcome => outcome;

    /// <summary>Null: no response, so the request may have been executed.</summary>
    public HttpStatusCode? Code { get; init; }

    /// <summary>The request may have been executed although it failed.</summary>
    public bool MayHaveExecuted =>
        Code
            is null
                or HttpStatusCode.BadGateway
                or HttpStatusCode.GatewayTimeout
                or (HttpStatusCode)595
                or (HttpStatusCode)596
                or (HttpStatusCode)599;

    public TimeSpan? RetryAfter { get; init; }
}
