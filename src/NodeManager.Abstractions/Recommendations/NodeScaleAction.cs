namespace NodeManager;

/// <summary>The action of a recommendation.</summary>
public static class NodeScaleAction
{
    public const string ScaleUp = nameof(ScaleUp);
    public const string ScaleDown = nameof(ScaleDown);
    public const string None = nameof(None);
}
