//! What travels between the server and this client: presentation, questions and answers.
import type { Chart, Format, Frame } from '@aracari/charts';
export type { Chart, Field, Format, Frame, Frames } from '@aracari/charts';

export type Privilege = 'viewer' | 'validator' | 'contributor' | 'admin';
export type User = {
	id: string;
	name: string;
	display_name: string;
	role: 'user' | 'admin' | 'super-admin';
	groups: string[];
	locale: string | null;
};
export type AppSummary = { id: string; title: string; description?: string; privilege: Privilege };

export type Inline =
	| string
	| { b: Inline[] }
	| { i: Inline[] }
	| { code: string }
	| { link: Inline[]; href: string }
	| { term: string; c: Inline[] }
	| { value: string; format?: Format };
export type Block = { p: Inline[] } | { list: Inline[][]; ordered: boolean } | { h: Inline[] };
export type RichText = Block[];

export type Scalar = string | number | boolean;
export type DateRange = { preset: string } | { start: string; end: string };
/** A filter's value as it travels; `null` is All. */
export type FilterValue = DateRange | Scalar | Scalar[] | null;
export type FilterType = 'date-range' | 'select' | 'multi-select';
export type Preset = { id: string; label: string; start: string; end: string };
export type Filter = {
	id: string;
	type: FilterType;
	label: string;
	presets?: Preset[];
	min?: string;
	max?: string;
	default: FilterValue;
	has_values: boolean;
	depends_on: string[];
};
export type View = { id: string; label: string; all_label: string };

export type Tile = {
	id: string;
	title: string;
	subtitle?: string;
	story?: string;
	dashboard?: string;
	width: 1 | 2 | 3 | 4;
	values: boolean;
	chart?: Chart;
	text?: RichText;
	image?: { src: string; alt: string };
};
export type Section = { id: string; title: string; description?: string; tiles: Tile[] };
export type Home = { title: string; intro?: RichText; filters: string[]; sections: Section[] };
export type Chapter = { id: string; title: string; description?: string; stories: string[] };
/** A named value compared with a number or with another value. */
export type NarrativeCondition = {
	value: string;
	operator: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'isnull' | 'notnull';
	to?: { number: number } | { value: string };
};
export type Story = {
	id: string;
	chapter: string;
	title: string;
	/** What is told when no other text fits. */
	narrative: RichText;
	/** Texts that are told instead, the first whose condition holds. */
	narratives?: { when: NarrativeCondition; text: RichText }[];
	values: boolean;
	vars: Record<string, number | string>;
	filters: string[];
	chart: Chart;
	second_chart?: Chart;
	second_title?: string;
	tip?: RichText;
	source?: string;
};
export type DashboardItem = {
	id: string;
	title?: string;
	subtitle?: string;
	chart?: Chart;
	text?: RichText;
	x: number;
	y: number;
	width: number;
	height: number;
	phone: { order: number; height?: number; hidden: boolean };
};
export type Dashboard = { id: string; title: string; description?: string; filters: string[]; items: DashboardItem[] };
export type GlossaryEntry = { id: string; term: string; definition: RichText; synonyms: string[] };

export type Presentation = {
	id: string;
	version: string;
	title: string;
	description?: string;
	locale: string;
	locales: string[];
	privilege: Privilege;
	theme: { accent?: string; palette?: string[]; logo?: string };
	home: Home;
	chapters: Chapter[];
	stories: Record<string, Story>;
	dashboards: Dashboard[];
	filters: Record<string, Filter>;
	views: View[];
	glossary: GlossaryEntry[];
};

export type PageRef = { kind: 'home' } | { kind: 'story'; id: string } | { kind: 'dashboard'; id: string };
export type Values = Record<string, FilterValue>;
export type QueriesRequest = { page: PageRef; blocks: string[]; filters: Values; view: Record<string, Scalar | null> };
export type ProblemBody = {
	type?: string;
	title: string;
	status: number;
	detail?: string;
	code: string;
	hint?: string;
	request_id?: string;
};
export type BlockAnswer = {
	block: string;
	frames: Record<string, Frame>;
	cached: boolean;
	data_time: string;
	duration_ms: number;
};
export type BlockFailure = { block: string; error: ProblemBody };
export type AnswerLine = BlockAnswer | BlockFailure;

export type Choice = { value: Scalar | null; label: string };
export type Choices = { values: Choice[]; truncated: boolean };
export type Diagnostic = {
	severity: 'error' | 'warning';
	code: string;
	file: string;
	line: number;
	column: number;
	/** How many characters of the excerpt the finding is about, from the column on. */
	length: number;
	message: string;
	excerpt: string;
	/** The column at which the excerpt begins. */
	excerpt_column: number;
	hint?: string | null;
};
