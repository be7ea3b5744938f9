namespace NodeManager.Commands.Bases;

public abstract class AutoscalerCmdlet : SessionCmdlet
{
    internal const string DefaultNamespace = Autoscaling.Resources.NodeSmithNames.DefaultNamespace;

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = DefaultNamespace;
}
