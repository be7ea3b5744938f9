namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>An object of a namespace, by name.</summary>
internal readonly record struct ReconcileKey(string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}/{Name}";
}
