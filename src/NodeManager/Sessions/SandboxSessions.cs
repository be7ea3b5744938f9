using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Sandbox.Api.Faults;

namespace NodeManager.Sessions;

/// <summary>Accesses the embedded cluster of a session.</summary>
internal static class SandboxSessions
{
    /// <exception cref="NodeManagerException">NotASandbox, SessionClosed.</exception>
    public static SandboxCluster Sandbox(this NodeManagerSession session) =>
        session.Connection().Owned as SandboxCluster
        ?? throw new NodeManagerException(
            ErrorIds.NotASandbox,
            ErrorKind.InvalidOperation,
            $"'{session.Cluster}' is not an embedded cluster of this process.",
            session,
            "Create one with New-Sandbox or Connect-NodeManager -Sandbox, and specify its session with -Session."
        );

    public static NodeManagerException NoSuchFault(NodeManagerSession session, string name) =>
        new(
            ErrorIds.SandboxFaultNotFound,
            ErrorKind.ObjectNotFound,
            $"'{session.Cluster}' has no fault '{name}'.",
            name,
            "List the faults with Get-SandboxFault."
        );

    public static SandboxFault Describe(this NodeManagerSession session, FaultStatus status) =>
        new()
        {
            Cluster = session.Cluster,
            Session = session,
            Name = status.Request.Name ?? "",
            Kind = status.Request.Kind,
            State = status.State,
            Node = new([.. status.Request.Nodes]),
            Namespace = status.Request.Namespace ?? "",
            PodSelector = status.Request.PodSelector ?? "",
            Workload = status.Request.Workload ?? "",
            Resource = new([.. status.Request.Resources]),
            Verb = new([.. status.Request.Verbs]),
            Percent = status.Request.Percent,
            Seed = status.Request.Seed,
            StartsAt = status.StartsAt,
            EndsAt = status.EndsAt,
            RetryAfter = status.Request.RetryAfter,
            Delay = status.Request.Delay,
            Period = status.Request.Period,
            Offset = status.Request.Offset,
            Condition = status.Request.Condition ?? "",
            Hits = status.Hits,
        };
}
