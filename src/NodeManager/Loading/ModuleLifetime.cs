using System.Management.Automation.Runspaces;
using NodeManager.Sessions;

namespace NodeManager.Loading;

/// <summary>Runs on import and removal of the module. Does no I/O.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    public void OnImport() => PrivateLoadContext.Install();

    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Runspace.DefaultRunspace is { } runspace)
            SessionRegistry.End(runspace);
    }
}
