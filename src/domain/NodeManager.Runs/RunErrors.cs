namespace NodeManager.Runs;

/// <summary>The errors of one kind of run, with messages of its own.</summary>
public abstract class RunErrors
{
    /// <summary>The run as the subject of a sentence: "maintenance run 20261122-..." or "the update of pool workers".</summary>
    public abstract string Title(string run);

    /// <summary>Another process holds the run. Nothing was changed.</summary>
    /// <param name="lease">The Lease duration.</param>
    public abstract NodeManagerException Conflict(string run, string holder, TimeSpan lease);

    /// <summary>Another process took the run over; empty if unknown.</summary>
    public abstract NodeManagerException TakenOver(string run, string holder);

    public abstract NodeManagerException NotRenewed(string run, NodeManagerException cause);

    /// <summary>Another client requested the run to stop.</summary>
    public abstract NodeManagerException Stopped(string run, string by);

    /// <summary>The run's namespace does not exist and cannot be created.</summary>
    public abstract NodeManagerException NoNamespace(string ns, string cluster);

    protected static string MissingNamespace(string ns, string cluster) =>
        $"Namespace {ns}, which stores the run, does not exist in cluster '{cluster}' and cannot be created: permission denied.";

    protected static string NamespaceAdvice =>
        "Ask an administrator to apply deploy/rbac.yaml, or specify another namespace with -Namespace.";
}
