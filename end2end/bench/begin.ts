// Runs once before all measurements.
import { beginFigures } from './figures.ts';

export default beginFigures;
