using System.Management.Automation;

namespace NodeManager.Pipeline;

/// <summary>Takes what a script writes beside its output. Called from any thread.</summary>
internal interface IScriptStreams
{
    void Write(WarningRecord record);

    void Write(VerboseRecord record);

    void Write(InformationRecord record);
}
