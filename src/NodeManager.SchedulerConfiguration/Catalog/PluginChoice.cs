namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>A plugin with its weight; 0 where none is said, which counts as 1 where weights count.</summary>
internal readonly record struct PluginChoice(string Name, long Weight);
