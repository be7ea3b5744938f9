namespace NodeManager.Core.Pools.Documents;

/// <summary>
/// The names of the extensions: fields of a pool's specification that the public specification of the service does not have. They are sent
/// only to a service that has returned them.
/// </summary>
internal static class PoolFields
{
    public const string Release = "release";

    public const string DrainTimeout = "drainTimeout";

    public const string Rollout = "rollout";

    public const string MaxSurge = "maxSurge";

    public const string MaxUnavailable = "maxUnavailable";

    public static IReadOnlyList<string> Extensions { get; } = [Release, DrainTimeout, Rollout];
}
