using System.Collections.ObjectModel;
using System.Management.Automation;
using NodeManager.Pipeline;

namespace NodeManager.Parameters;

/// <summary>The files that a path with wildcards means.</summary>
internal static class ResolvedFiles
{
    /// <summary>Full paths; none, and an error, where there is no such file.</summary>
    public static Collection<string> Of(PSCmdlet cmdlet, string pattern)
    {
        try
        {
            return cmdlet.GetResolvedProviderPathFromPSPath(pattern, out _);
        }
        catch (ItemNotFoundException exception)
        {
            cmdlet.WriteError(ErrorRecords.From(
                new NodeManagerException(
                    ErrorIds.SchedulerDefinitionNotFound, ErrorKind.ObjectNotFound, $"There is no file '{pattern}'.", pattern,
                    "Mind the current location.", exception),
                pattern));
            return [];
        }
    }
}
