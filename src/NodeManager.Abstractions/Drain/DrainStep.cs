namespace NodeManager;

/// <summary>The steps of a drain, for a pod or for the node. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class DrainStep
{
    /// <summary>The node is closed to new pods.</summary>
    public const string Cordon = "Cordon";

    /// <summary>Waits for its Job to end (<c>-WaitForJob</c>).</summary>
    public const string Job = "Job";

    /// <summary>Waits for its successor to be ready elsewhere (<c>-Surge</c>).</summary>
    public const string Surge = "Surge";

    /// <summary>The eviction is requested.</summary>
    public const string Request = "Request";

    /// <summary>A PodDisruptionBudget refuses.</summary>
    public const string Budget = "Budget";

    /// <summary>Waits until enough pods of its workload, which no PDB covers, are ready (<c>-WorkloadMaxUnavailable</c>).</summary>
    public const string Workload = "Workload";

    /// <summary>A responder of its own works on its leaving (<c>-EvictionApi EvictionRequest</c>).</summary>
    public const string Responder = "Responder";

    /// <summary>The server, or a webhook, does not answer or requests a later retry.</summary>
    public const string Server = "Server";

    /// <summary>It ends.</summary>
    public const string Terminate = "Terminate";

    /// <summary>Of the node: volumes of the pods that left are detached.</summary>
    public const string Detach = "Detach";

    /// <summary>Of the node: workloads get their pods back (<c>-WaitForReplacement</c>).</summary>
    public const string Replacement = "Replacement";
}
