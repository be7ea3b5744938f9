namespace NodeManager.Runs;

/// <summary>The errors of one kind of run, in its own words.</summary>
public abstract class RunErrors
{
    /// <summary>What a sentence calls the run, without an article before a name: "maintenance run 20261122-...".</summary>
    public abstract string Title(string run);

    /// <summary>Another process works on the run. Nothing was changed.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="holder">Of the Lease.</param>
    /// <param name="lease">How long the Lease lasts without a renewal.</param>
    public abstract NodeManagerException Conflict(string run, string holder, TimeSpan lease);

    /// <summary>Another process took the run over; empty where it is not known which.</summary>
    public abstract NodeManagerException TakenOver(string run, string holder);

    /// <summary>The run's Lease could not be renewed.</summary>
    public abstract NodeManagerException NotRenewed(string run, NodeManagerException cause);

    /// <summary>Another client asked the run to stop.</summary>
    public abstract NodeManagerException Stopped(string run, string by);

    /// <summary>The namespace that stores the run does not exist and cannot be created.</summary>
    public abstract NodeManagerException NoNamespace(string ns, string cluster);

    protected static string MissingNamespace(string ns, string cluster) =>
        $"Namespace {ns}, which stores the run, does not exist in cluster '{cluster}' and cannot be created: permission denied.";

    protected static string NamespaceAdvice =>
        "Ask an administrator to apply deploy/rbac.yaml, or specify another namespace with -Namespace.";
}
