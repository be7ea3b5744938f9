namespace NodeManager.Sandbox.Api.Faults;

/// <param name="Request">With name and defaults.</param>
/// <param name="State">One of <see cref="SandboxFaultState"/>.</param>
/// <param name="StartsAt">In the cluster's time.</param>
/// <param name="EndsAt">Null: until it is cleared.</param>
/// <param name="Hits">Affected requests, watches, nodes or pods.</param>
public sealed record FaultStatus(FaultRequest Request, string State, DateTimeOffset StartsAt, DateTimeOffset? EndsAt, long Hits);
