namespace NodeManager.Server.Access;

/// <summary>Whose credentials the server acts with.</summary>
/// <param name="AreOfCluster">
/// True if callers are users of the cluster, and the server acts with an account of its own. False if it acts with the kubeconfig of the user who
/// started it.
/// </param>
internal sealed record CallerAccounts(bool AreOfCluster);
