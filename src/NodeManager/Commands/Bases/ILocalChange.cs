namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that asks before it acts, and changes this computer or this process only, no cluster.</summary>
internal interface ILocalChange;
