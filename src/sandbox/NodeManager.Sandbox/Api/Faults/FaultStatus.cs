namespace NodeManager.Sandbox.Api.Faults;

/// <summary>The state of a fault at a moment.</summary>
/// <param name="Request">With the name and the defaults that it got.</param>
/// <param name="State">One of <see cref="SandboxFaultState"/>.</param>
/// <param name="StartsAt">In the cluster's time.</param>
/// <param name="EndsAt">Null: when it is cleared.</param>
/// <param name="Hits">Requests, watches, nodes or pods so far.</param>
public sealed record FaultStatus(FaultRequest Request, string State, DateTimeOffset StartsAt, DateTimeOffset? EndsAt, long Hits);
