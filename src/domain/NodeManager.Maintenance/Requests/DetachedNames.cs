namespace NodeManager.Maintenance.Requests;

public static class DetachedNames
{
    /// <summary>The Lease of the working server, in the namespace of the requests.</summary>
    public const string Lease = "nodemanager-server";
}

/// <summary>The errors of detached work.</summary>
internal static class DetachedErrors
{
    public static NodeManagerException NotRunning(string cluster, string ns) =>
        new(
            ErrorIds.ServerNotRunning,
            ErrorKind.ResourceUnavailable,
            $"No NodeManager server works in namespace {ns} of cluster '{cluster}': Lease {ns}/{DetachedNames.Lease} is not held or not renewed. Nothing was started.",
            ns,
            "Deploy the server (kubectl apply -k deploy), or run the command without -Detach."
        );

    public static NodeManagerException Invalid(string message, object? target, string advice) =>
        new(ErrorIds.DetachInvalid, ErrorKind.InvalidArgument, message, target, advice);
}
