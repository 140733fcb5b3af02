//! Keeps the types written by hand and those generated from the server's document together; compiles to nothing.
import type { components } from './schema.d.ts';
import type * as hand from './types.ts';

type Wire = components['schemas'];
/** `true` when a type written by hand can be read from the wire type, and names no key that the wire does not have. */
type Fits<Hand, Of> =
	Exclude<keyof Hand, keyof Of> extends never ? (RequiredOf<Of> extends keyof Hand ? true : false) : false;
type RequiredOf<Of> = { [Key in keyof Of]-?: undefined extends Of[Key] ? never : Key }[keyof Of];
type Yes<Fit extends true> = Fit;

export type Checked = [
	Yes<Fits<hand.User, Wire['UserResponse']>>,
	Yes<Fits<hand.AppSummary, Wire['AppResponse']>>,
	Yes<Fits<hand.Presentation, Wire['Presentation']>>,
	Yes<Fits<hand.Home, Wire['Home']>>,
	Yes<Fits<hand.Section, Wire['Section']>>,
	Yes<Fits<hand.Tile, Wire['Tile']>>,
	Yes<Fits<hand.Chapter, Wire['Chapter']>>,
	Yes<Fits<hand.Story, Wire['Story']>>,
	Yes<Fits<hand.Dashboard, Wire['Dashboard']>>,
	Yes<Fits<hand.DashboardItem, Wire['DashboardItem']>>,
	Yes<Fits<hand.Filter, Wire['Filter']>>,
	Yes<Fits<hand.Preset, Wire['Preset']>>,
	Yes<Fits<hand.View, Wire['View']>>,
	Yes<Fits<hand.GlossaryEntry, Wire['GlossaryEntry']>>,
	Yes<Fits<hand.Chart, Wire['Chart']>>,
	Yes<Fits<hand.Field, Wire['Field']>>,
	Yes<Fits<hand.Format, Wire['Format']>>,
	Yes<Fits<hand.Frame, Wire['Frame']>>,
	Yes<Fits<hand.QueriesRequest, Wire['QueriesRequest']>>,
	Yes<Fits<hand.ProblemBody, Wire['Problem']>>,
	Yes<Fits<hand.Choice, Wire['ChoiceResponse']>>,
	Yes<Fits<hand.Choices, Wire['ValuesResponse']>>,
	Yes<Fits<hand.Diagnostic, Wire['Diagnostic']>>,
];
