using System.Management.Automation;
using NodeManager.Completion;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works on the autoscaler of a namespace.</summary>
public abstract class AutoscalerCmdlet : SessionCmdlet
{
    internal const string DefaultNamespace = Autoscaling.Resources.NodeSmithNames.DefaultNamespace;

    /// <summary>Where the autoscaler's resources are.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = DefaultNamespace;
}
