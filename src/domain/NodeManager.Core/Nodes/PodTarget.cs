namespace NodeManager.Core.Nodes;

/// <summary>A pod of the input.</summary>
/// <param name="Uid">Empty: whichever pod has the name now.</param>
public readonly record struct PodTarget(string Namespace, string Name, string Uid)
{
    public override string ToString() => $"{Namespace}/{Name}";
}
