using System.Management.Automation.Runspaces;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>The files of a scheduler command, and the scheduler release that reads them.</summary>
internal sealed class SchedulerFileInput
{
    public const string PathSet = "Path";
    public const string LiteralPathSet = "LiteralPath";

    private readonly SchedulerCmdlet _cmdlet;

    /// <param name="kubernetesVersion">The scheduler's release; null by default.</param>
    /// <exception cref="NodeManagerException">Invalid: files are combined with sessions, or the version is not a release.</exception>
    public SchedulerFileInput(SchedulerCmdlet cmdlet, string? kubernetesVersion)
    {
        _cmdlet = cmdlet;
        Catalog = PluginRegistry.Catalog(SessionRegistry.Current(Runspace.DefaultRunspace));
        Minor = kubernetesVersion is null ? null : SchedulerApi.ParseRelease(kubernetesVersion);
        var bound = cmdlet.MyInvocation.BoundParameters;
        if (cmdlet.Session is not null && (bound.ContainsKey(PathSet) || bound.ContainsKey(LiteralPathSet)))
        {
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                "-Path and -LiteralPath name files, -Session names clusters. They cannot be combined.",
                null,
                "Leave one of them out."
            );
        }
    }

    /// <summary>The plugins known to file commands: the built-in ones, and those registered in the current session.</summary>
    public PluginCatalog Catalog { get; }

    public int? Minor { get; }

    /// <summary>True where the command works on files.</summary>
    public bool IsGiven => _cmdlet.ParameterSetName is PathSet or LiteralPathSet;

    /// <summary>Resolves <c>-Path</c> and <c>-LiteralPath</c>. A path without a file is an error.</summary>
    public IEnumerable<string> Resolve(string[] path, string[] literalPath, Action<Exception, object?> fail) =>
        ResolvedFiles.Of(_cmdlet, path, literalPath, ErrorIds.SchedulerConfigurationNotFound, fail);
}
