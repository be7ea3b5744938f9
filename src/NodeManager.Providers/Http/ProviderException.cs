using System.Net;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Http;

/// <summary>
/// What a machine controller answered instead of what was asked for, or that it did not answer. Never leaves a provider: it becomes a
/// <see cref="MachineResult"/>.
/// </summary>
internal sealed class ProviderException(MachineOutcome outcome, string message, Exception? cause = null) : Exception(message, cause)
{
    public MachineOutcome Outcome => outcome;

    /// <summary>Null: no answer came, so what was asked for may have happened.</summary>
    public HttpStatusCode? Code { get; init; }

    /// <summary>True where the request may have been carried out although it failed.</summary>
    public bool IsLost =>
        Code
            is null
                or HttpStatusCode.BadGateway
                or HttpStatusCode.GatewayTimeout
                or (HttpStatusCode)595
                or (HttpStatusCode)596
                or (HttpStatusCode)599;

    public TimeSpan? RetryAfter { get; init; }
}
